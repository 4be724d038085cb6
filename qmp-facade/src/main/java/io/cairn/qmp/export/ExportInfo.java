package io.cairn.qmp.export;

/// What there is to know of an export.
///
/// @param name by which clients ask for it
/// @param isWritable whether clients may write
/// @param clients those that use it now
/// @param isShuttingDown it is to go, and its last client has not left yet
public record ExportInfo(
        String id,
        String nodeName,
        String name,
        boolean isWritable,
        int clients,
        boolean isShuttingDown) {}
