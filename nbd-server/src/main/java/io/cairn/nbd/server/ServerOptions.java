package io.cairn.nbd.server;

import io.cairn.protocol.tls.Authorization;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// How a server treats its clients.
///
/// @param maxConnections clients that are served at one time, 0 for any number; more wait
/// @param handshakeMillis the time for a handshake, 0 for any
/// @param tls with what clients must secure their connections, or null
/// @param authorization which of the clients that TLS has identified may come in, or null for all
/// @param log hears of clients that failed
public record ServerOptions(
        int maxConnections,
        long handshakeMillis,
        @Nullable TlsCredentials tls,
        @Nullable Authorization authorization,
        Consumer<String> log) {
    /// Any number of clients, without TLS, with ten seconds for a handshake.
    public static final ServerOptions DEFAULT = new ServerOptions(0, 10_000, null, null, _ -> {});

    /// The same with at most this many clients at one time.
    public ServerOptions withMaxConnections(int count) {
        return new ServerOptions(count, handshakeMillis, tls, authorization, log);
    }

    /// The same with another time for handshakes.
    public ServerOptions withHandshakeMillis(long millis) {
        return new ServerOptions(maxConnections, millis, tls, authorization, log);
    }

    /// The same with TLS.
    public ServerOptions withTls(
            @Nullable TlsCredentials credentials, @Nullable Authorization allowed) {
        return new ServerOptions(maxConnections, handshakeMillis, credentials, allowed, log);
    }

    /// The same, telling of clients that failed.
    public ServerOptions withLog(Consumer<String> sink) {
        return new ServerOptions(maxConnections, handshakeMillis, tls, authorization, sink);
    }
}
