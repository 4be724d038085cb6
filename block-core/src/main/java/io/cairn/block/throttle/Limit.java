package io.cairn.block.throttle;

import io.cairn.block.InvalidOptionException;

/// One limit: an average rate, and how far and how long a burst may exceed it (QEMU's documentation
/// of throttling, "I/O bursts").
///
/// @param average bytes or operations a second; 0 for no limit
/// @param max the rate during bursts, a second; 0 for no bursts
/// @param maxLength how long a burst at that rate may last, in seconds
public record Limit(long average, long max, long maxLength) {
    /// No limit.
    public static final Limit NONE = new Limit(0, 0, 1);

    /// The highest rate, and the most that a bucket may hold.
    private static final long HIGHEST = 1_000_000_000_000_000L;

    /// The share of a second at a rate that may come at once where no burst is asked for.
    private static final double SLACK = 0.1;

    boolean isSet() {
        return average > 0;
    }

    /// How much the bucket holds.
    double capacity() {
        return max == 0 ? average * SLACK : (double) max * maxLength;
    }

    /// True if the rate of a burst is limited too, since a burst may be longer than a second.
    boolean limitsBurstRate() {
        return max != 0 && maxLength > 1;
    }

    /// How much may come at once within a burst.
    double burstCapacity() {
        return max * SLACK;
    }

    /// Refuses values that contradict each other. Numbers count as without a sign.
    void requireValid() throws InvalidOptionException {
        if (isTooHigh(average) || isTooHigh(max)) {
            throw new InvalidOptionException(
                    "bps/iops/max values must be within [0, " + HIGHEST + "]");
        }
        if (maxLength == 0) {
            throw new InvalidOptionException("the burst length cannot be 0");
        }
        if (maxLength != 1 && max == 0) {
            throw new InvalidOptionException("burst length set without burst rate");
        }
        if (max != 0 && Long.compareUnsigned(maxLength, HIGHEST / max) > 0) {
            throw new InvalidOptionException("burst length too high for this burst rate");
        }
        if (max != 0 && average == 0) {
            throw new InvalidOptionException(
                    "bps_max/iops_max require corresponding bps/iops values");
        }
        if (max != 0 && max < average) {
            throw new InvalidOptionException("bps_max/iops_max cannot be lower than bps/iops");
        }
    }

    private static boolean isTooHigh(long value) {
        return Long.compareUnsigned(value, HIGHEST) > 0;
    }
}
