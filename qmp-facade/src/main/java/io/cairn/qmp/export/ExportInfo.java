package io.cairn.qmp.export;

import java.util.List;

/// What there is to know of an export.
///
/// @param name by which clients ask for it
/// @param isWritable whether clients may write
/// @param clients who uses it now
/// @param isShuttingDown it is to go, and its last client has not left yet
public record ExportInfo(
        String id,
        String nodeName,
        String name,
        boolean isWritable,
        List<String> clients,
        boolean isShuttingDown) {
    public ExportInfo {
        clients = List.copyOf(clients);
    }
}
