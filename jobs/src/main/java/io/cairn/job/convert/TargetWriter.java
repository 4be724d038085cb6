package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Failures;

import java.nio.ByteBuffer;

/// Writes ranges to the target, leaving out what need not be written.
final class TargetWriter {
    private final BlockBackend target;
    private final TargetContent content;
    private final int compressedUnit;
    private final SparseRuns runs;
    private final boolean looksForZeroes;

    /// @param cluster the unit in which the target compresses; 1 if it does not
    TargetWriter(BlockBackend target, ConvertOptions options, int cluster) {
        this.target = target;
        this.content = options.content();
        this.compressedUnit = options.compressed() ? cluster : 0;
        this.looksForZeroes = options.sparseBytes() > 0;
        this.runs = new SparseRuns(Math.max(1, Math.max(cluster, options.sparseBytes())));
    }

    /// @param buffer holds the range's data at `index`, if it has some
    void write(Range range, ByteBuffer buffer, int index) throws BlockException {
        switch (range.kind()) {
            case ZERO -> zero(range.offset(), range.length());
            case BACKING -> {}
            case DATA -> writeData(range, buffer, index);
        }
    }

    private void writeData(Range range, ByteBuffer buffer, int start) throws BlockException {
        int end = start + (int) range.length();
        long shift = range.offset() - start;
        int position = start;
        while (position < end) {
            int zeroes =
                    looksForZeroes ? runs.zeroes(buffer, position, start, end, range.offset()) : 0;
            if (zeroes > 0) {
                zero(position + shift, zeroes);
                position += zeroes;
                continue;
            }
            int data =
                    looksForZeroes
                            ? runs.data(buffer, position, start, end, range.offset())
                            : end - position;
            writeRun(position + shift, buffer.slice(position, data));
            position += data;
        }
    }

    private void writeRun(long offset, ByteBuffer data) throws BlockException {
        try {
            if (compressedUnit == 0) {
                target.write(offset, data, WriteFlags.NONE);
                return;
            }
            for (int done = 0; done < data.remaining(); done += compressedUnit) {
                int n = Math.min(compressedUnit, data.remaining() - done);
                target.write(offset + done, data.slice(done, n), WriteFlags.COMPRESSED);
            }
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    private void zero(long offset, long length) throws BlockException {
        if (content == TargetContent.ZEROES) {
            return;
        }
        try {
            target.writeZeroes(offset, length, WriteFlags.MAY_UNMAP);
        } catch (BlockException e) {
            throw failed(offset, e);
        }
    }

    private static BlockException failed(long offset, BlockException cause) {
        return Failures.during("error while writing at byte " + offset, cause);
    }
}
