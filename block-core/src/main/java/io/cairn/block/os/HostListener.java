package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.util.List;

/// A socket that takes connections.
public interface HostListener extends AutoCloseable {
    /// Binds and listens. A socket in the filesystem replaces what an ended process left under its
    /// name.
    ///
    /// @param backlog connections that may wait to be taken
    static HostListener open(SocketEndpoint endpoint, int backlog) throws BlockException {
        return Host.current().listen(endpoint, backlog);
    }

    /// The listening sockets that a service manager has handed to this process (`LISTEN_PID`,
    /// `LISTEN_FDS`), which are descriptors 3 and up; empty if there are none for this process.
    static List<SocketEndpoint> inherited() {
        return Activation.endpoints(
                System.getenv("LISTEN_PID"),
                System.getenv("LISTEN_FDS"),
                ProcessHandle.current().pid());
    }

    /// Where the socket listens, with the port that the host has chosen.
    SocketEndpoint endpoint();

    /// Waits for a connection.
    ///
    /// @throws BlockException with `EINVAL` after {@link #shutdown()}
    HostSocket accept() throws BlockException;

    /// Ends the waiting of {@link #accept()}, now and in future.
    void shutdown();

    /// Closes the socket; one in the filesystem loses its name.
    @Override
    void close();

    /// Closes the socket; one in the filesystem keeps its name, as if the process had just ended.
    void abandon();
}
