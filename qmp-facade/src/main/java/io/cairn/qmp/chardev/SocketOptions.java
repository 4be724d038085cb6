package io.cairn.qmp.chardev;

import io.cairn.qmp.address.Address;

import org.jspecify.annotations.Nullable;

/// How a socket is used (QMP reference manual, "ChardevSocket").
///
/// @param isServer whether it listens, else it connects
/// @param waits whether making the device waits for the first client
/// @param reconnectSeconds after which a client connects again that has lost its server; 0 for
///   never
/// @param tlsCreds the id of the credentials that secure it, or null
/// @param tlsAuthz the id of the object that says which clients may come in, or null for all
public record SocketOptions(
        Address address,
        boolean isServer,
        boolean waits,
        long reconnectSeconds,
        @Nullable String tlsCreds,
        @Nullable String tlsAuthz) {}
