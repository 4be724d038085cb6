package io.cairn.job.bench;

import java.math.BigInteger;

/// The requests that a measurement sends.
///
/// @param count how many
/// @param depth how many at a time at most
/// @param length bytes of each
/// @param offset where the first begins
/// @param step how much further each one begins than the one before; behind the disk's end it goes
///   on at its start
/// @param writes whether they are writes
/// @param pattern the byte that is written
/// @param flushInterval a flush is sent whenever so many requests, or a multiple, are left; 0 for
///   no flushes
/// @param drains whether a flush waits for the requests before it and holds those behind it back
public record BenchPlan(
        long count,
        int depth,
        int length,
        long offset,
        long step,
        boolean writes,
        byte pattern,
        long flushInterval,
        boolean drains) {
    public BenchPlan {
        if (count < 0 || depth < 1 || length < 0 || offset < 0 || step < 0 || flushInterval < 0) {
            throw new IllegalArgumentException("plan out of range");
        }
    }

    /// Where a request begins on a disk of that length.
    long offsetOf(long number, long diskLength) {
        if (number == 0 || diskLength == 0) {
            return offset;
        }
        long start = offset % diskLength;
        long stride = step % diskLength;
        if (stride == 0 || number <= (Long.MAX_VALUE - start) / stride) {
            return (start + number * stride) % diskLength;
        }
        return BigInteger.valueOf(number)
                .multiply(BigInteger.valueOf(stride))
                .add(BigInteger.valueOf(start))
                .mod(BigInteger.valueOf(diskLength))
                .longValueExact();
    }

    /// Whether a flush follows the request.
    boolean flushesAfter(long number) {
        return flushInterval > 0 && (count - number - 1) % flushInterval == 0;
    }
}
