package io.cairn.block.graph;

import io.cairn.block.NodeFlags;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// What to open: a filename, options, or both.
///
/// @param filename a path, a protocol's filename, or `json:{…}`; null if the options say it all
/// @param options node options; they win over what the filename says
/// @param flags how to open where the options do not say
/// @param followBacking false to leave the backing file that the image names unopened
public record OpenRequest(
        @Nullable String filename, Options options, NodeFlags flags, boolean followBacking) {
    /// Opens a file read-only, probing its format.
    public static OpenRequest of(String filename) {
        return new OpenRequest(filename, new Options(), NodeFlags.READ_ONLY, true);
    }

    /// Opens what options describe, read-only.
    public static OpenRequest of(Options options) {
        return new OpenRequest(null, options, NodeFlags.READ_ONLY, true);
    }

    /// The same with a given format instead of a probed one.
    public OpenRequest withFormat(String format) {
        return new OpenRequest(
                filename, new Options(options).put("driver", format), flags, followBacking);
    }

    public OpenRequest withFlags(NodeFlags newFlags) {
        return new OpenRequest(filename, options, newFlags, followBacking);
    }

    /// The same, writable.
    public OpenRequest writable() {
        return withFlags(flags.withReadOnly(false));
    }

    public OpenRequest withoutBacking() {
        return new OpenRequest(filename, options, flags, false);
    }
}
