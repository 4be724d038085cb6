package io.cairn.block.statistics;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How many requests took how long (QMP reference manual, "BlockLatencyHistogramInfo").
///
/// With the boundaries 10, 50 and 100 the bins are [0, 10), [10, 50), [50, 100) and [100, ∞)
/// nanoseconds. It counts on while others look at it. Thread-safe.
public final class LatencyHistogram {
    private final long[] boundaries;
    private final LongAdder[] bins;

    /// A histogram whose bins are empty.
    ///
    /// @param boundaries in nanoseconds, positive and ascending
    /// @throws InvalidOptionException if they are not
    public LatencyHistogram(List<Long> boundaries) throws InvalidOptionException {
        this.boundaries = new long[boundaries.size()];
        long before = 0;
        for (int i = 0; i < this.boundaries.length; i++) {
            long boundary = boundaries.get(i);
            if (boundary <= before) {
                throw new InvalidOptionException(
                        "Boundaries of a latency histogram must be positive and in ascending"
                                + " order, and "
                                + boundary
                                + " follows "
                                + before);
            }
            this.boundaries[i] = boundary;
            before = boundary;
        }
        bins = new LongAdder[this.boundaries.length + 1];
        Arrays.setAll(bins, i -> new LongAdder());
    }

    void add(long nanos) {
        int found = Arrays.binarySearch(boundaries, nanos);
        bins[found >= 0 ? found + 1 : -found - 1].increment();
    }

    /// The boundaries between bins, in nanoseconds.
    public List<Long> boundaries() {
        return Arrays.stream(boundaries).boxed().toList();
    }

    /// The counts, one more than there are boundaries.
    public List<Long> bins() {
        List<Long> counts = new ArrayList<>();
        for (LongAdder bin : bins) {
            counts.add(bin.sum());
        }
        return List.copyOf(counts);
    }
}
