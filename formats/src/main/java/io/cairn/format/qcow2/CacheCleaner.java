package io.cairn.format.qcow2;

import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Lets go of what a cache holds without use, from time to time (`cache-clean-interval`).
///
/// The thread that does so starts when there is first something to clean, so that what is open for
/// a moment has none.
final class CacheCleaner implements AutoCloseable {
    private final long intervalNanos;
    private final Runnable clean;
    private @Nullable Thread thread;
    private volatile boolean isClosed;

    /// @param intervalNanos between two cleanings; 0 for none
    /// @param clean called by the cleaner's thread
    CacheCleaner(long intervalNanos, Runnable clean) {
        this.intervalNanos = intervalNanos;
        this.clean = clean;
    }

    static CacheCleaner ofSeconds(int seconds, Runnable clean) {
        return new CacheCleaner(TimeUnit.SECONDS.toNanos(seconds), clean);
    }

    /// Cleans at intervals from now on. Guarded by the image's metadata lock.
    void start() {
        if (thread == null && intervalNanos > 0 && !isClosed) {
            thread = Workers.startDaemon("qcow2:cache-clean", this::run);
        }
    }

    private void run() {
        long due = System.nanoTime() + intervalNanos;
        while (!isClosed) {
            long left = due - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
                continue;
            }
            clean.run();
            due = System.nanoTime() + intervalNanos;
        }
    }

    /// Ends the cleaning. A cleaning that has begun may still go on.
    @Override
    public void close() {
        isClosed = true;
        Thread started = thread;
        if (started != null) {
            LockSupport.unpark(started);
        }
    }
}
