package io.cairn.protocol.tls;

import io.cairn.block.BlockException;

/// Decides which peers may come in.
@FunctionalInterface
public interface Authorization {
    /// Whether a peer may come in.
    ///
    /// @param identity what TLS has shown the peer to be: the distinguished name of its certificate
    boolean allows(String identity) throws BlockException;
}
