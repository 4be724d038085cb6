package io.cairn.cli.image;

import io.cairn.block.NodeFlags;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// How a command opens an image, whatever the user said of the image itself.
///
/// @param flags read-only or not, and how
/// @param followBacking false to leave the backing file that the image names unopened
/// @param writeThrough whether every write is to be on stable storage when it returns
public record OpenMode(NodeFlags flags, boolean followBacking, boolean writeThrough) {
    /// To read the guest's data.
    public static final OpenMode READ = new OpenMode(NodeFlags.READ_ONLY, true, false);

    /// To read metadata of this image alone.
    public static final OpenMode INSPECT =
            new OpenMode(NodeFlags.READ_ONLY.withNoIo(true), false, false);

    /// To write.
    public static final OpenMode WRITE =
            new OpenMode(NodeFlags.READ_ONLY.withReadOnly(false), true, false);

    /// The same in a cache mode.
    public OpenMode withCache(CacheMode cache) {
        return new OpenMode(cache.applyTo(flags), followBacking, cache.writeThrough());
    }

    /// The same with other flags.
    public OpenMode withFlags(NodeFlags newFlags) {
        return new OpenMode(newFlags, followBacking, writeThrough);
    }

    /// The same without what shines through from below.
    public OpenMode withoutBacking() {
        return new OpenMode(flags, false, writeThrough);
    }

    OpenRequest request(@Nullable String filename, Options options) {
        return new OpenRequest(filename, options, flags, followBacking);
    }
}
