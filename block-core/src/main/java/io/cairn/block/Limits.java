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
        Values values = new Values(this);
        values.requestAlignment = bytes;
        return values.toLimits();
    }

    public Limits withMemoryAlignment(int bytes) {
        Values values = new Values(this);
        values.memoryAlignment = bytes;
        return values.toLimits();
    }

    public Limits withTransfer(long max, long optimal) {
        Values values = new Values(this);
        values.maxTransfer = max;
        values.optimalTransfer = optimal;
        return values.toLimits();
    }

    public Limits withZeroes(long alignment, long max) {
        Values values = new Values(this);
        values.zeroAlignment = alignment;
        values.maxZeroes = max;
        return values.toLimits();
    }

    public Limits withDiscard(long alignment, long max) {
        Values values = new Values(this);
        values.discardAlignment = alignment;
        values.maxDiscard = max;
        return values.toLimits();
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

    /// The components while one of them is being changed.
    private static final class Values {
        private int requestAlignment;
        private int memoryAlignment;
        private long maxTransfer;
        private long optimalTransfer;
        private long zeroAlignment;
        private long maxZeroes;
        private long discardAlignment;
        private long maxDiscard;

        Values(Limits limits) {
            requestAlignment = limits.requestAlignment();
            memoryAlignment = limits.memoryAlignment();
            maxTransfer = limits.maxTransfer();
            optimalTransfer = limits.optimalTransfer();
            zeroAlignment = limits.zeroAlignment();
            maxZeroes = limits.maxZeroes();
            discardAlignment = limits.discardAlignment();
            maxDiscard = limits.maxDiscard();
        }

        Limits toLimits() {
            return new Limits(
                    requestAlignment,
                    memoryAlignment,
                    maxTransfer,
                    optimalTransfer,
                    zeroAlignment,
                    maxZeroes,
                    discardAlignment,
                    maxDiscard);
        }
    }
}
