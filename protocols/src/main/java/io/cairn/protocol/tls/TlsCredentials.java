package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

/// With what one end of a connection shows who it is, and checks who the other is.
public interface TlsCredentials extends ObjectRegistry.UserObject {
    /// Whether the credentials are for the end that takes connections.
    boolean isServer();

    /// Puts TLS over a stream whose peer begins it.
    ///
    /// @param authorization which of the peers that have shown who they are may come in, or null
    ///   for all
    ByteStream accept(ByteStream stream, @Nullable Authorization authorization)
            throws BlockException;

    /// Puts TLS over a stream and begins it.
    ///
    /// @param host what the peer must show itself to be, or null where that cannot be said
    ByteStream connect(ByteStream stream, @Nullable String host) throws BlockException;
}
