package io.cairn.qmp.export;

import io.cairn.fuse.server.FuseOptions;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What is to be exported, and how (QMP reference manual, "BlockExportOptions").
///
/// @param id the export's id
/// @param nodeName the node
/// @param writable whether clients may write
/// @param writethrough whether every write is flushed
/// @param way how clients reach it
public record ExportOptions(
        String id, String nodeName, boolean writable, boolean writethrough, Way way) {
    /// How clients reach an export.
    public sealed interface Way {}

    /// Over NBD.
    ///
    /// @param name by which clients ask for it; null for the node's
    /// @param description for people, or null
    /// @param bitmaps the dirty bitmaps that clients may read, of the node or one below it
    /// @param allocationDepth whether clients may ask which layer holds a range
    public record Nbd(
            @Nullable String name,
            @Nullable String description,
            List<BitmapName> bitmaps,
            boolean allocationDepth)
            implements Way {
        public Nbd {
            bitmaps = List.copyOf(bitmaps);
        }
    }

    /// As a file.
    ///
    /// @param mountpoint the regular file that the export hides
    /// @param growable whether writes behind the end make the disk longer
    /// @param allowOther whether other users of the host may use it
    public record Fuse(String mountpoint, boolean growable, FuseOptions.AllowOther allowOther)
            implements Way {}

    /// A dirty bitmap.
    ///
    /// @param node the node that has it; null for the nearest in the chain that has one so named
    public record BitmapName(@Nullable String node, String name) {}
}
