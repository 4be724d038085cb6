package io.cairn.qmp.export;

import java.util.List;

/// What there is to know of an export.
///
/// @param type `nbd` or `fuse`
/// @param name by which clients ask for it: the name over NBD, the file of one that is mounted
/// @param isWritable whether clients may write
/// @param clients who uses it now, as far as it is known: the kernel does not tell who uses a file
/// @param isShuttingDown it is to go, and its last client has not left yet
public record ExportInfo(
        String id,
        String type,
        String nodeName,
        String name,
        boolean isWritable,
        List<String> clients,
        boolean isShuttingDown) {
    public ExportInfo {
        clients = List.copyOf(clients);
    }

    /// Whether the clients are known.
    public boolean tellsClients() {
        return type.equals("nbd");
    }
}
