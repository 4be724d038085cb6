package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Failures;

import java.nio.ByteBuffer;

/// Writes one worker's ranges to the target, in two steps of which only the second has to wait for
/// its turn.
abstract class RangeWriter {
    private final BlockBackend target;
    private final TargetContent content;

    RangeWriter(BlockBackend target, TargetContent content) {
        this.target = target;
        this.content = content;
    }

    /// Does what can be done to a range's data before it is written.
    ///
    /// @param index where the range's data is in the buffer
    abstract void prepare(Range range, ByteBuffer buffer, int index) throws BlockException;

    /// Writes a range of data that was prepared.
    abstract void writeData(Range range, ByteBuffer buffer, int index) throws BlockException;

    /// Writes a range.
    final void write(Range range, ByteBuffer buffer, int index) throws BlockException {
        switch (range.kind()) {
            case ZERO -> zero(range.offset(), range.length());
            case BACKING -> {}
            case DATA -> writeData(range, buffer, index);
        }
    }

    final void zero(long offset, long length) throws BlockException {
        if (content == TargetContent.ZEROES) {
            return;
        }
        try {
            target.writeZeroes(offset, length, WriteFlags.MAY_UNMAP);
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    final void plain(long offset, ByteBuffer data) throws BlockException {
        try {
            target.write(offset, data, WriteFlags.NONE);
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    final int pack(long offset, ByteBuffer data, ByteBuffer packed) throws BlockException {
        try {
            return target.pack(data, packed);
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    final void packed(long offset, int length, ByteBuffer packed) throws BlockException {
        try {
            target.writePacked(offset, length, packed);
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    private static BlockException failed(long offset, BlockException cause) {
        return Failures.during("error while writing at byte " + offset, cause);
    }
}
