package io.cairn.cli.image;

import io.cairn.block.Aio;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// How a command opens an image, whatever the user said of the image itself.
///
/// @param flags read-only or not, and how
/// @param followBacking false to leave the backing file that the image names unopened
/// @param writeThrough whether every write is to be on stable storage when it returns
/// @param resizes whether the length may be changed
/// @param isExclusive whether nobody else may write meanwhile, unless the user lets others
public record OpenMode(
        NodeFlags flags,
        boolean followBacking,
        boolean writeThrough,
        boolean resizes,
        boolean isExclusive) {
    /// To read the guest's data.
    public static final OpenMode READ =
            new OpenMode(NodeFlags.READ_ONLY, true, false, false, false);

    /// To read metadata of this image alone.
    public static final OpenMode INSPECT =
            new OpenMode(NodeFlags.READ_ONLY.withNoIo(true), false, false, false, false);

    /// To write.
    public static final OpenMode WRITE =
            new OpenMode(NodeFlags.READ_ONLY.withReadOnly(false), true, false, false, false);

    /// To write and to change the length.
    public static final OpenMode RESIZE =
            new OpenMode(NodeFlags.READ_ONLY.withReadOnly(false), true, false, true, false);

    /// The same in a cache mode.
    public OpenMode withCache(CacheMode cache) {
        return new OpenMode(
                cache.applyTo(flags), followBacking, cache.writeThrough(), resizes, isExclusive);
    }

    /// The same with other flags.
    public OpenMode withFlags(NodeFlags newFlags) {
        return new OpenMode(newFlags, followBacking, writeThrough, resizes, isExclusive);
    }

    /// The same without what shines through from below.
    public OpenMode withoutBacking() {
        return new OpenMode(flags, false, writeThrough, resizes, isExclusive);
    }

    /// The same with no other writer meanwhile.
    public OpenMode exclusive() {
        return new OpenMode(flags, followBacking, writeThrough, resizes, true);
    }

    /// The same with another way of waiting for the kernel.
    public OpenMode withAio(Aio aio) {
        return withFlags(flags.withAio(aio));
    }

    /// What the backend will do.
    Permissions needed() {
        Permissions needed = Permissions.NONE;
        if (!flags.noIo()) {
            needed = needed.plus(Permission.CONSISTENT_READ);
        }
        if (!flags.readOnly()) {
            needed = needed.plus(Permission.WRITE);
        }
        return resizes ? needed.plus(Permission.RESIZE) : needed;
    }

    /// What others may do meanwhile.
    ///
    /// @param forceShare whether the user lets others write
    Permissions shared(boolean forceShare) {
        return isExclusive && !forceShare
                ? Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED)
                : Permissions.ALL;
    }

    OpenRequest request(@Nullable String filename, Options options) {
        return new OpenRequest(filename, options, flags, followBacking);
    }
}
