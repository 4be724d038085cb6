package io.cairn.block.os;

import io.cairn.block.BlockException;

/// The names that sockets have in the filesystem.
final class SocketNames {
    private SocketNames() {}

    /// Takes the name of a socket away; what is no socket stays, and says so when it is in the way.
    static void remove(SocketEndpoint endpoint) {
        if (!(endpoint instanceof SocketEndpoint.Unix unix) || unix.isAbstract()) {
            return;
        }
        try {
            if (HostPath.stat(unix.path())
                    .filter(stat -> stat.kind() == FileStat.Kind.OTHER)
                    .isPresent()) {
                HostPath.delete(unix.path());
            }
        } catch (BlockException e) {
            // Binding to the name then fails, and says why.
            return;
        }
    }
}
