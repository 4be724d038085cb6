package io.cairn.qmp.export;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What is to be exported over NBD (QMP reference manual, "BlockExportOptions").
///
/// @param id the export's id
/// @param nodeName the node
/// @param name by which clients ask for it; null for the node's
/// @param description for people, or null
/// @param writable whether clients may write
/// @param writethrough whether every write is flushed
/// @param bitmaps the dirty bitmaps that clients may read, of the node or one below it
/// @param allocationDepth whether clients may ask which layer holds a range
public record ExportOptions(
        String id,
        String nodeName,
        @Nullable String name,
        @Nullable String description,
        boolean writable,
        boolean writethrough,
        List<BitmapName> bitmaps,
        boolean allocationDepth) {
    public ExportOptions {
        bitmaps = List.copyOf(bitmaps);
    }

    /// A dirty bitmap.
    ///
    /// @param node the node that has it; null for the nearest in the chain that has one so named
    public record BitmapName(@Nullable String node, String name) {}

    /// The name by which clients ask for the export.
    String exportName() {
        return name == null ? nodeName : name;
    }
}
