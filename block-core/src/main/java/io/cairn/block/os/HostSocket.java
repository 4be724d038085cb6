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

    /// Connects. A name with several addresses is tried by each in turn.
    static HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        return Host.current().connect(endpoint);
    }

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
