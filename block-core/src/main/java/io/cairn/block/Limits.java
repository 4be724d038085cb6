package io.cairn.block;

/// What a node asks of the requests that reach it. All values are bytes; a maximum of 0 means
/// "none".
///
/// @param requestAlignment offset and length of every request are multiples of this; a power of two
/// @param memoryAlignment the address of a buffer is a multiple of this for direct I/O
/// @param maxTransfer the longest read or write
/// @param optimalTransfer the length that is best for streaming, 0 if unknown
/// @param zeroAlignment writes of zeroes aligned to this are fast
/// @param maxZeroes the longest write of zeroes
/// @param discardAlignment discards smaller than this have no effect
/// @param maxDiscard the longest discard
public record Limits(
        int requestAlignment,
        int memoryAlignment,
        long maxTransfer,
        long optimalTransfer,
        long zeroAlignment,
        long maxZeroes,
        long discardAlignment,
        long maxDiscard) {
    /// No limit beyond byte alignment.
    public static final Limits NONE = new Limits(1, 1, 0, 0, 0, 0, 0, 0);

    public Limits {
        if (Integer.bitCount(requestAlignment) != 1 || Integer.bitCount(memoryAlignment) != 1) {
            throw new IllegalArgumentException("alignment is not a power of two");
        }
    }

    public Limits withRequestAlignment(int bytes) {
        return new Limits(
                bytes,
                memoryAlignment,
                maxTransfer,
                optimalTransfer,
                zeroAlignment,
                maxZeroes,
                discardAlignment,
                maxDiscard);
    }

    public Limits withMemoryAlignment(int bytes) {
        return new Limits(
                requestAlignment,
                bytes,
                maxTransfer,
                optimalTransfer,
                zeroAlignment,
                maxZeroes,
                discardAlignment,
                maxDiscard);
    }

    public Limits withTransfer(long max, long optimal) {
        return new Limits(
                requestAlignment,
                memoryAlignment,
                max,
                optimal,
                zeroAlignment,
                maxZeroes,
                discardAlignment,
                maxDiscard);
    }

    public Limits withZeroes(long alignment, long max) {
        return new Limits(
                requestAlignment,
                memoryAlignment,
                maxTransfer,
                optimalTransfer,
                alignment,
                max,
                discardAlignment,
                maxDiscard);
    }

    public Limits withDiscard(long alignment, long max) {
        return new Limits(
                requestAlignment,
                memoryAlignment,
                maxTransfer,
                optimalTransfer,
                zeroAlignment,
                maxZeroes,
                alignment,
                max);
    }

    /// Limits that satisfy both these and others: the larger alignments, the smaller maxima.
    public Limits mergedWith(Limits other) {
        return new Limits(
                Math.max(requestAlignment, other.requestAlignment),
                Math.max(memoryAlignment, other.memoryAlignment),
                smallerMax(maxTransfer, other.maxTransfer),
                smallerMax(optimalTransfer, other.optimalTransfer),
                Math.max(zeroAlignment, other.zeroAlignment),
                smallerMax(maxZeroes, other.maxZeroes),
                Math.max(discardAlignment, other.discardAlignment),
                smallerMax(maxDiscard, other.maxDiscard));
    }

    private static long smallerMax(long a, long b) {
        return a == 0 ? b : b == 0 ? a : Math.min(a, b);
    }
}
