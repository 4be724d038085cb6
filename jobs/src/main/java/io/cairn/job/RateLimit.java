package io.cairn.job;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Holds what several threads move to so many bytes a second.
///
/// Whoever wants to move bytes waits until the time is over that all bytes before it should have
/// taken. Time in which nothing moves is not saved up.
public final class RateLimit {
    /// No limit at all.
    public static final RateLimit NONE = new RateLimit(0, () -> 0);

    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;

    /// When all that was let through should have been moved. Guarded by `this`.
    private long busyUntilNanos;

    private RateLimit(long bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.busyUntilNanos = nanoTime.getAsLong();
    }

    /// A limit of so many bytes a second; 0 for none.
    public static RateLimit of(long bytesPerSecond) {
        return of(bytesPerSecond, System::nanoTime);
    }

    /// A limit by the given clock.
    public static RateLimit of(long bytesPerSecond, LongSupplier nanoTime) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("a negative rate");
        }
        return bytesPerSecond == 0 ? NONE : new RateLimit(bytesPerSecond, nanoTime);
    }

    /// Waits until it is time for the next bytes, or the operation is cancelled.
    public void pass(long bytes, JobControl control) {
        long until = System.nanoTime() + delayNanos(bytes);
        for (long left = until - System.nanoTime();
                left > 0 && !control.isCancelled();
                left = until - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, LONGEST_SLEEP_NANOS));
        }
    }

    /// Takes note of the next bytes and returns how long they have to wait.
    public synchronized long delayNanos(long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        long delay = Math.max(0, busyUntilNanos - now);
        busyUntilNanos =
                now
                        + delay
                        + (long) ((double) bytes / bytesPerSecond * TimeUnit.SECONDS.toNanos(1));
        return delay;
    }
}
