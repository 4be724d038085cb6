package io.cairn.job.convert;

import java.util.List;

/// What one worker does in one go: neighbouring ranges, the data of which fits into its buffer.
///
/// @param number batches are numbered in the order of the disk
/// @param start the disk's offset that the buffer's start stands for
record Batch(long number, long start, List<Range> ranges) {
    long dataBytes() {
        long bytes = 0;
        for (Range range : ranges) {
            bytes += range.kind() == Range.Kind.DATA ? range.length() : 0;
        }
        return bytes;
    }
}
