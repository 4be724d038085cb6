package io.cairn.job.convert;

import io.cairn.block.Bytes;

import java.nio.ByteBuffer;

/// Tells data from zeroes in a piece of a disk, in blocks that are aligned on the disk.
///
/// A block counts as zero if all its bytes are. Runs of zero blocks that are shorter than asked for
/// count as data, unless they touch an end of the piece and so may go on beyond it.
final class SparseRuns {
    private final long minimumRun;
    private final int block;

    /// @param minimumRun bytes of zeroes that are worth leaving out, at least 1; blocks are the
    ///   largest power of two in it
    SparseRuns(long minimumRun) {
        this.minimumRun = minimumRun;
        this.block = (int) Math.min(1 << 30, Long.highestOneBit(minimumRun));
    }

    /// The length of the zeroes at an index of a buffer, 0 if there is data.
    ///
    /// @param start index where the piece begins
    /// @param end index behind the piece
    /// @param diskOffset where on the disk `start` is
    int zeroes(ByteBuffer buffer, int index, int start, int end, long diskOffset) {
        int run = zeroRun(buffer, index, end, diskOffset - start);
        return isWorthIt(run, index, start, end) ? run : 0;
    }

    /// The length of the data at an index where {@link #zeroes} finds none.
    int data(ByteBuffer buffer, int index, int start, int end, long diskOffset) {
        long shift = diskOffset - start;
        int position = firstZeroBlock(buffer, index, end, shift);
        while (position < end) {
            int run = zeroRun(buffer, position, end, shift);
            if (isWorthIt(run, position, start, end)) {
                break;
            }
            position = firstZeroBlock(buffer, position + run, end, shift);
        }
        return position - index;
    }

    private boolean isWorthIt(int run, int index, int start, int end) {
        return run >= minimumRun || (run > 0 && (index == start || index + run == end));
    }

    private int zeroRun(ByteBuffer buffer, int index, int end, long shift) {
        int position = index;
        while (position < end) {
            int length = blockAt(position, end, shift);
            if (!Bytes.isZero(buffer, position, length)) {
                break;
            }
            position += length;
        }
        return position - index;
    }

    /// The index of the first block that is all zero, or the end.
    private int firstZeroBlock(ByteBuffer buffer, int index, int end, long shift) {
        int position = index;
        while (position < end) {
            int length = blockAt(position, end, shift);
            if (Bytes.isZero(buffer, position, length)) {
                break;
            }
            position += length;
        }
        return position;
    }

    /// The length of the block at an index; the first and the last may be shorter.
    private int blockAt(int index, int end, long shift) {
        long inBlock = (index + shift) & (block - 1);
        return (int) Math.min(end - index, block - inBlock);
    }
}
