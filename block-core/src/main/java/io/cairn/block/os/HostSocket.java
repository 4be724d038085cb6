package io.cairn.block.os;

import io.cairn.block.BlockException;

/// A connected socket.
///
/// A failure is a {@link io.cairn.block.HostException} whose message is the text of the error
/// number alone.
public interface HostSocket extends ByteStream {
    /// Connects. A name with several addresses is tried by each in turn.
    static HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        return Host.current().connect(endpoint);
    }
}
