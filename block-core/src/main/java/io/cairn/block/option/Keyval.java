package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The pairs of a text like `k=v,k2=v2`, in which a doubled comma stands for one.
///
/// Two grammars share it. {@link #parseOpts} is the older one of `-o` and `--image-opts`: a key
/// without `=` is a flag, keys may repeat. {@link #parse} is that of `--blockdev`, `--object`,
/// `--export` and their like: dotted keys with strict fragments, each key once or the last one
/// wins.
///
/// @param pairs the pairs in the order of the text
/// @param help whether `help` or `?` stood among them
/// @param warnings what the peer prints on stderr about deprecated forms where it warns of them
///   (not for `-o`): the warning, and on a second line the advice, before which no program's name
///   stands
public record Keyval(List<Pair> pairs, boolean help, List<String> warnings) {
    public Keyval {
        pairs = List.copyOf(pairs);
        warnings = List.copyOf(warnings);
    }

    /// One `key=value`.
    public record Pair(String key, String value) {}

    /// Parses the grammar of `-o` and `--image-opts`.
    ///
    /// @param impliedKey the key of a first element without one (`file` for `--image-opts`), null
    ///   if there is none
    public static Keyval parseOpts(String text, @Nullable String impliedKey) {
        return OptsParser.parse(text, impliedKey);
    }

    /// The one text that several `-o` arguments make.
    ///
    /// @throws InvalidOptionException `Invalid option list: …` for one that is empty, starts with a
    ///   comma or ends with a single one
    public static String join(List<String> optionLists) throws InvalidOptionException {
        StringBuilder joined = new StringBuilder();
        for (String list : optionLists) {
            int end = list.length();
            while (end > 0 && list.charAt(end - 1) == ',') {
                end--;
            }
            if (list.isEmpty() || list.startsWith(",") || (list.length() - end) % 2 != 0) {
                throw new InvalidOptionException("Invalid option list: " + list);
            }
            joined.append(joined.isEmpty() ? "" : ",").append(list);
        }
        return joined.toString();
    }

    /// Parses the grammar of `--blockdev` and `--object`.
    ///
    /// @param impliedKey the key of a first element without one (`qom-type` for `--object`), null
    ///   if there is none
    /// @throws InvalidOptionException in the peer's words: `Expected '=' after parameter 'x'`,
    ///   `Invalid parameter 'x'`
    public static Keyval parse(String text, @Nullable String impliedKey)
            throws InvalidOptionException {
        return KeyvalParser.parse(text, impliedKey);
    }

    /// Checks the `id` of an object, a device or a drive.
    ///
    /// @throws InvalidOptionException `Parameter 'id' expects an identifier`, with the hint about
    ///   identifiers
    public static void checkIdentifier(String id) throws InvalidOptionException {
        if (!isIdentifier(id)) {
            InvalidOptionException e =
                    new InvalidOptionException("Parameter 'id' expects an identifier");
            e.withHint(
                    "Identifiers consist of letters, digits, '-', '.', '_', starting with a"
                            + " letter.");
            throw e;
        }
    }

    /// Whether the name consists of ASCII letters, digits, `-`, `.` and `_`, starting with a
    /// letter.
    public static boolean isIdentifier(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
            boolean other = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
            if (!letter && (i == 0 || !other)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /// Parses an argument that is an object in JSON if it starts with a brace, else in the grammar
    /// of {@link #parse}, and nests its dotted keys.
    public static JsonObject parseObject(String text, @Nullable String impliedKey)
            throws InvalidOptionException {
        if (text.startsWith("{")) {
            return Json.parseObject(text);
        }
        return parse(text, impliedKey).toOptions().unflatten();
    }

    /// The pairs as options; of a repeated key the last one counts.
    public Options toOptions() {
        Options options = new Options();
        for (Pair pair : pairs) {
            options.put(pair.key(), pair.value());
        }
        return options;
    }

    /// The pairs as options of a node, the last pair first: so the peer keeps what it read by
    /// {@link #parseOpts}, which shows where it prints keys that are alike to it ({@link
    /// PeerOrder}).
    public Options toNodeOptions() {
        Options options = new Options();
        for (Pair pair : pairs.reversed()) {
            if (!options.contains(pair.key())) {
                options.put(pair.key(), pair.value());
            }
        }
        return options;
    }

    /// The last value of a key, null if there is none.
    public @Nullable String get(String key) {
        String value = null;
        for (Pair pair : pairs) {
            if (pair.key().equals(key)) {
                value = pair.value();
            }
        }
        return value;
    }

    /// All values of a key, in order.
    public List<String> all(String key) {
        List<String> values = new ArrayList<>();
        for (Pair pair : pairs) {
            if (pair.key().equals(key)) {
                values.add(pair.value());
            }
        }
        return values;
    }
}
