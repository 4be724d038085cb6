package io.cairn.block.statistics;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.Arrays;

/// Latencies of one kind of requests within the last seconds.
///
/// The interval is cut into slots, of which the oldest is dropped as a whole: what is told is never
/// older than the interval, and covers at least nine tenths of it.
final class TimedInterval {
    private static final int SLOTS = 10;

    /// The sums of one slot of time.
    private static final class Slot {
        private long number = Long.MIN_VALUE;
        private long count;
        private long sum;
        private long min;
        private long max;

        void restart(long newNumber) {
            number = newNumber;
            count = 0;
            sum = 0;
            min = Long.MAX_VALUE;
            max = 0;
        }
    }

    private final long slotNanos;
    private final long start;

    @GuardedBy("this")
    private final Slot[] slots = new Slot[SLOTS];

    TimedInterval(long lengthNanos, long now) {
        slotNanos = Math.max(1, lengthNanos / SLOTS);
        start = now;
        Arrays.setAll(slots, i -> new Slot());
    }

    private long slotNumber(long now) {
        return (now - start) / slotNanos;
    }

    synchronized void add(long nanos, long now) {
        long number = slotNumber(now);
        Slot slot = slots[(int) (number % SLOTS)];
        if (number > slot.number) {
            slot.restart(number);
        }
        slot.count++;
        slot.sum += nanos;
        slot.min = Math.min(slot.min, nanos);
        slot.max = Math.max(slot.max, nanos);
    }

    synchronized IntervalStatistics statistics(long now) {
        long oldest = Math.max(0, slotNumber(now) - SLOTS + 1);
        long count = 0;
        long sum = 0;
        long min = Long.MAX_VALUE;
        long max = 0;
        for (Slot slot : slots) {
            if (slot.number >= oldest) {
                count += slot.count;
                sum += slot.sum;
                min = Math.min(min, slot.min);
                max = Math.max(max, slot.max);
            }
        }
        if (count == 0) {
            return new IntervalStatistics(0, 0, 0, 0);
        }
        long covered = Math.max(1, now - start - oldest * slotNanos);
        return new IntervalStatistics(min, max, sum / count, (double) sum / covered);
    }
}
