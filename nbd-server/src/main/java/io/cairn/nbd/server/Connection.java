package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

/// One client, from its first byte to its last.
final class Connection {
    private final NbdServer server;
    private final ByteStream stream;
    private final String name;
    private final String peer;

    // Guarded by this.
    private @Nullable Transmission transmission;
    private @Nullable NbdExport export;
    private boolean isEnding;

    Connection(NbdServer server, ByteStream stream, String name, String peer) {
        this.server = server;
        this.stream = stream;
        this.name = name;
        this.peer = peer;
    }

    /// Serves the client, on a virtual thread, which holds next to nothing while it waits. A
    /// failure is the client's, and ends its connection alone.
    void run() {
        Handshake handshake = new Handshake(server, stream);
        try {
            Session session = agree(handshake);
            if (session != null) {
                transmit(server.transmission(handshake.stream(), session), session.export());
            }
        } catch (BlockException e) {
            server.options().log().accept(name + ": " + e.getMessage());
        } finally {
            handshake.stream().close();
            stream.close();
            server.ended(this);
        }
    }

    private @Nullable Session agree(Handshake handshake) throws BlockException {
        try (HandshakeLimit limit =
                new HandshakeLimit(server.options().handshakeMillis(), stream)) {
            Session session = handshake.run();
            limit.lift();
            return session;
        }
    }

    private void transmit(Transmission phase, NbdExport chosen) throws BlockException {
        synchronized (this) {
            if (isEnding) {
                return;
            }
            transmission = phase;
            export = chosen;
        }
        phase.run();
    }

    /// Who the client is, for people to read.
    String peer() {
        return peer;
    }

    /// Whether the client has chosen that export.
    synchronized boolean uses(NbdExport other) {
        return export == other;
    }

    /// Begins to end the connection: at once during the handshake, else after what is under way.
    void stop() {
        Transmission phase;
        synchronized (this) {
            isEnding = true;
            phase = transmission;
        }
        if (phase == null) {
            stream.shutdown();
        } else {
            phase.stop();
        }
    }

    /// Waits for that, with limited patience.
    void awaitEnd() {
        Transmission phase;
        synchronized (this) {
            phase = transmission;
        }
        if (phase != null) {
            phase.awaitEnd();
        }
    }
}
