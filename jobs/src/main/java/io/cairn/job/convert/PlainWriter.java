package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;

import java.nio.ByteBuffer;

/// Writes data as it is, leaving out runs of zeroes.
final class PlainWriter extends RangeWriter {
    private final SparseRuns runs;
    private final boolean looksForZeroes;

    PlainWriter(BlockBackend target, ConvertOptions options) {
        super(target, options.content());
        this.looksForZeroes = options.sparseBytes() > 0;
        this.runs = new SparseRuns(Math.max(1, options.sparseBytes()));
    }

    @Override
    void prepare(Range range, ByteBuffer buffer, int index) {}

    @Override
    void writeData(Range range, ByteBuffer buffer, int start) throws BlockException {
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
            plain(position + shift, buffer.slice(position, data));
            position += data;
        }
    }
}
