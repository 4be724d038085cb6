package io.cairn.nbd.server;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes that long requests may hold at one time. Who gets none does with a little, so that nobody
/// waits for those whose clients are slow.
final class ByteBudget {
    private final AtomicLong free;

    ByteBudget(long bytes) {
        free = new AtomicLong(bytes);
    }

    /// Takes bytes, if they are there.
    boolean tryAcquire(long bytes) {
        if (free.addAndGet(-bytes) >= 0) {
            return true;
        }
        free.addAndGet(bytes);
        return false;
    }

    void release(long bytes) {
        free.addAndGet(bytes);
    }
}
