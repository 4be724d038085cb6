package io.cairn.nbd.server;

import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The time that a client has for its handshake; when it is over, the connection is.
final class HandshakeLimit implements AutoCloseable {
    private volatile boolean isLifted;

    /// Starts to count.
    ///
    /// @param millis 0 for no limit
    HandshakeLimit(long millis, ByteStream stream) {
        isLifted = millis == 0;
        if (millis > 0) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            Workers.startVirtual("nbd:handshake", () -> await(end, stream));
        }
    }

    private void await(long end, ByteStream stream) {
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            if (isLifted) {
                return;
            }
        }
        if (!isLifted) {
            stream.shutdown();
        }
    }

    /// The handshake is over.
    void lift() {
        isLifted = true;
    }

    @Override
    public void close() {
        lift();
    }
}
