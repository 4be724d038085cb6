package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

/// The syntax of image names: plain paths, `protocol:rest`, `json:{…}`, and how a backing file's
/// name is read against its overlay's.
public final class FilenameSyntax {
    private FilenameSyntax() {}

    /// Whether the name is `json:{…}`: the options themselves in place of a name.
    public static boolean isJson(String filename) {
        return filename.startsWith("json:");
    }

    /// The options in a `json:{…}` name.
    ///
    /// @throws InvalidOptionException `Could not parse the JSON options: …`
    public static Options parseJson(String filename) throws InvalidOptionException {
        JsonValue value;
        try {
            value = Json.parse(filename.substring("json:".length()));
        } catch (InvalidOptionException e) {
            throw new InvalidOptionException("Could not parse the JSON options: " + e.getMessage());
        }
        if (value instanceof JsonObject object) {
            return Options.flatten(object);
        }
        throw new InvalidOptionException("Invalid JSON object given");
    }

    /// The protocol of `protocol:rest`, null for a plain path: a colon counts only before the first
    /// slash.
    public static @Nullable String protocol(String filename) {
        int colon = filename.indexOf(':');
        if (colon < 0) {
            return null;
        }
        int slash = filename.indexOf('/');
        return slash >= 0 && slash < colon ? null : filename.substring(0, colon);
    }

    /// Whether the name is read by itself, not against a base: an absolute path, or a name with a
    /// protocol.
    public static boolean isAbsolute(String filename) {
        return filename.startsWith("/") || protocol(filename) != null;
    }

    /// The name of a backing file as it is opened: `backing` itself if it is {@linkplain
    /// #isAbsolute absolute} or empty, else beside `overlay`.
    ///
    /// @throws InvalidOptionException if `overlay` is a `json:` name, which has no directory
    public static String resolveBacking(String overlay, String backing)
            throws InvalidOptionException {
        if (backing.isEmpty() || isAbsolute(backing)) {
            return backing;
        }
        if (overlay.isEmpty() || isJson(overlay)) {
            throw new InvalidOptionException(
                    "Cannot use relative backing file names for '" + overlay + "'");
        }
        return combine(overlay, backing);
    }

    /// The relative `name` beside `base`: in place of what follows the last slash of `base`, or the
    /// colon of its protocol.
    public static String combine(String base, String name) {
        if (isAbsolute(name)) {
            return name;
        }
        String protocol = protocol(base);
        int start = protocol == null ? 0 : protocol.length() + 1;
        int slash = base.lastIndexOf('/');
        int end = slash < start ? start : slash + 1;
        return base.substring(0, end).concat(name);
    }
}
