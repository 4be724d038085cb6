package io.cairn.job.convert;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Deals the work out to the workers, in the order of the disk.
final class Batches {
    private final RangeFinder finder;
    private final long length;
    private final int batchBytes;
    private final TargetContent content;

    // Guarded by `this`.
    private long offset;
    private long number;

    /// @param length the disk's length
    /// @param batchBytes a batch's data lies between two multiples of this
    Batches(RangeFinder finder, long length, int batchBytes, TargetContent content) {
        this.finder = finder;
        this.length = length;
        this.batchBytes = batchBytes;
        this.content = content;
    }

    /// The bytes of data on the whole disk.
    long countData() throws BlockException {
        long data = 0;
        for (long position = 0; position < length; ) {
            Range range = finder.at(position);
            data += range.kind() == Range.Kind.DATA ? range.length() : 0;
            position = range.end();
        }
        return data;
    }

    /// The next batch, or null behind the last.
    synchronized @Nullable Batch next() throws BlockException {
        List<Range> ranges = new ArrayList<>();
        long start = -1;
        while (offset < length) {
            Range range = finder.at(offset);
            if (needsNothing(range)) {
                offset = range.end();
                continue;
            }
            long chunk = offset - offset % batchBytes;
            if (start < 0) {
                start = chunk;
            } else if (chunk != start) {
                break;
            }
            if (range.kind() == Range.Kind.DATA) {
                range = range.upTo(chunk + batchBytes);
            }
            ranges.add(range);
            offset = range.end();
        }
        return ranges.isEmpty() ? null : new Batch(number++, start, ranges);
    }

    private boolean needsNothing(Range range) {
        return switch (range.kind()) {
            case DATA -> false;
            case ZERO -> content == TargetContent.ZEROES;
            case BACKING -> true;
        };
    }
}
