package io.cairn.fuse.server;

/// How long reads and writes of one file take the disk, and so whether many of them are to be
/// carried out at once.
///
/// Requests that wait for a disk should wait together. For those that the page cache answers that
/// would only cost changes of threads, so one thread takes and carries out one after the other.
/// When some were slow, requests overlap, and from time to time some are carried out by one thread
/// again to see whether they still are. One that begins beside others and is slow proves nothing,
/// since it has to share processors with them.
final class FusePace {
    /// Requests that take longer, beyond what their bytes need, wait for something.
    private static final long SLOW_NANOS = 100_000;

    /// What a byte needs at most where nothing waits for a disk.
    private static final long NANOS_PER_BYTE = 1;

    private static final long FIRST_TRIAL_NANOS = 2_000_000;
    private static final long LAST_TRIAL_NANOS = 1_000_000_000;

    /// The requests of a trial that may prove nothing.
    private static final int PATIENCE = 4;

    // Threads that write these at the same time may forget each other's figures, which are alike.
    private volatile boolean overlaps;
    private volatile long trialNanos = FIRST_TRIAL_NANOS;
    private volatile long nextTrial;
    private volatile int unproved;

    /// Whether the thread that has taken a request is to let another one take the next at once.
    ///
    /// @param now by {@link System#nanoTime}
    boolean overlaps(long now) {
        return overlaps && now - nextTrial < 0;
    }

    /// Notes how long a read or a write took.
    ///
    /// @param now by {@link System#nanoTime}
    /// @param wasAlone whether it began beside no other
    /// @param hadNext whether it was carried out by the thread that takes the next
    void judge(long nanos, int bytes, long now, boolean wasAlone, boolean hadNext) {
        boolean isSlow = nanos - bytes * NANOS_PER_BYTE > SLOW_NANOS;
        if (!overlaps) {
            if (isSlow) {
                trialNanos = FIRST_TRIAL_NANOS;
                putOff(now);
                overlaps = true;
            }
        } else if (hadNext) {
            if (!isSlow) {
                overlaps = false;
                return;
            }
            int patience = unproved + 1;
            unproved = patience;
            if (wasAlone || patience >= PATIENCE) {
                trialNanos = Math.min(2 * trialNanos, LAST_TRIAL_NANOS);
                putOff(now);
            }
        }
    }

    private void putOff(long now) {
        unproved = 0;
        nextTrial = now + trialNanos;
    }
}
