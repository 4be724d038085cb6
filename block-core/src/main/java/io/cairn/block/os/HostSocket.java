package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import java.nio.ByteBuffer;

/// A connected socket.
///
/// A failure is a {@link io.cairn.block.HostException} whose message is the text of the error
/// number alone.
public interface HostSocket extends ByteStream {
    /// How many descriptors are passed at once; of more that come the rest is closed.
    int MOST_PASSED = 16;

    /// The name of a peer that the host does not tell.
    String UNKNOWN = "unknown";

    /// Connects. A name with several addresses is tried by each in turn.
    static HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        return Host.current().connect(endpoint);
    }

    /// Who is at the other end, for people to read: `127.0.0.1:4711`, `[::1]:4711`, `vsock 3:4711`,
    /// or `process 4711`; `unknown` if the host does not tell.
    String peerName();

    /// Writes bytes and passes descriptors beside them, which the peer gets as its own; these stay
    /// the caller's.
    ///
    /// @param src not empty
    /// @param descriptors at most {@link #MOST_PASSED}
    /// @throws BlockException where the socket cannot pass descriptors, too
    default void writePassing(ByteBuffer src, int... descriptors) throws BlockException {
        throw new HostException(Errno.ENOTSUP, "this socket passes no descriptors");
    }
}
