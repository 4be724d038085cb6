package io.cairn.nbd.server;

import io.cairn.protocol.nbd.NbdWire;

import java.util.function.LongSupplier;

/// How long requests of one connection take the disk, and so whether many of them are to be carried
/// out at once.
///
/// Requests that wait for a disk should wait together. For those that the page cache answers that
/// would only cost changes of threads, so there is one at a time. When some were slow, requests
/// overlap, and from time to time one is carried out alone to see whether they still are: beside
/// others it would share processors with them, and seem slow for that.
final class Pace {
    /// Requests that take longer, beyond what their bytes need, wait for something.
    private static final long SLOW_NANOS = 100_000;

    /// What a byte needs at most where nothing waits for a disk.
    private static final long NANOS_PER_BYTE = 1;

    private static final long FIRST_TRIAL_NANOS = 2_000_000;
    private static final long LAST_TRIAL_NANOS = 100_000_000;

    // Workers that write these at the same time may forget each other's figures, which are alike.
    private volatile boolean overlaps;
    private volatile long trialNanos = FIRST_TRIAL_NANOS;
    private volatile long nextTrial;

    /// Whether requests are slow and should be carried out beside each other.
    boolean overlaps() {
        return overlaps;
    }

    /// Whether it is time to see if they still are.
    boolean isTrialDue() {
        return System.nanoTime() - nextTrial >= 0;
    }

    /// Requests turn out to be slow.
    void slowDown() {
        if (!overlaps) {
            trialNanos = FIRST_TRIAL_NANOS;
            nextTrial = System.nanoTime() + FIRST_TRIAL_NANOS;
            overlaps = true;
        }
    }

    /// A trial could not be made, or has found a slow request.
    void putOff() {
        long wait = Math.min(2 * trialNanos, LAST_TRIAL_NANOS);
        trialNanos = wait;
        nextTrial = System.nanoTime() + wait;
    }

    /// Some requests that one worker carries out. What they wait for the client is not the disk's
    /// fault and does not count.
    final class Batch {
        private final LongSupplier waitNanos;
        private long began;
        private int count;
        private long bytes;

        /// @param waitNanos how long the worker has waited for the client in all
        Batch(LongSupplier waitNanos) {
            this.waitNanos = waitNanos;
            begin();
        }

        /// Starts anew.
        void begin() {
            began = System.nanoTime() - waitNanos.getAsLong();
            count = 0;
            bytes = 0;
        }

        void add(Request request) {
            count++;
            if (request.command() == NbdWire.CMD_READ || request.command() == NbdWire.CMD_WRITE) {
                bytes += Math.clamp(request.length(), 0, NbdWire.MAX_PAYLOAD);
            }
        }

        private boolean isSlow() {
            long nanos = System.nanoTime() - waitNanos.getAsLong() - began;
            return count > 0 && nanos - bytes * NANOS_PER_BYTE > count * SLOW_NANOS;
        }

        /// Notes if the requests were slow.
        void judge() {
            if (isSlow()) {
                slowDown();
            }
        }

        /// Notes if the one that was carried out alone was slow.
        void judgeTrial() {
            if (isSlow()) {
                putOff();
            } else {
                overlaps = false;
            }
        }
    }
}
