package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.Bytes;
import io.cairn.block.graph.BlockBackend;

import java.nio.ByteBuffer;

/// Packs data cluster by cluster, and then stores it packed.
final class PackedWriter extends RangeWriter {
    private static final int ZERO = -1;

    private final int cluster;
    private final boolean looksForZeroes;
    private final ByteBuffer packed;

    /// For each cluster of the buffer: its packed length, 0 if it is stored as it is, or {@link
    /// #ZERO}.
    private final int[] lengths;

    /// @param cluster the unit in which the target packs
    /// @param packed takes the packed clusters; as long as the buffer that holds the data
    PackedWriter(BlockBackend target, ConvertOptions options, int cluster, ByteBuffer packed) {
        super(target, options.content());
        this.cluster = cluster;
        this.looksForZeroes = options.sparseBytes() > 0;
        this.packed = packed;
        this.lengths = new int[packed.capacity() / cluster];
    }

    @Override
    void prepare(Range range, ByteBuffer buffer, int index) throws BlockException {
        int end = index + (int) range.length();
        long shift = range.offset() - index;
        for (int position = index; position < end; position += cluster) {
            int n = Math.min(cluster, end - position);
            lengths[position / cluster] =
                    looksForZeroes && Bytes.isZero(buffer, position, n)
                            ? ZERO
                            : pack(
                                    position + shift,
                                    buffer.slice(position, n),
                                    packed.slice(position, n));
        }
    }

    @Override
    void writeData(Range range, ByteBuffer buffer, int index) throws BlockException {
        int end = index + (int) range.length();
        long shift = range.offset() - index;
        for (int position = index; position < end; position += cluster) {
            int n = Math.min(cluster, end - position);
            int length = lengths[position / cluster];
            switch (length) {
                case ZERO -> zero(position + shift, n);
                case 0 -> plain(position + shift, buffer.slice(position, n));
                default -> packed(position + shift, n, packed.slice(position, length));
            }
        }
    }
}
