package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.DebugEvent;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;

import java.nio.ByteBuffer;

/// Copies into a node what is read of it and lies further down the chain.
///
/// Whole clusters are copied. The caller keeps other requests off {@linkplain #start the}
/// {@linkplain #end range} of whole clusters meanwhile.
final class CopyOnRead {
    /// Longest piece that is copied at once.
    private static final int MAX_PIECE = 1 << 20;

    static final WriteFlags UNCHANGED = WriteFlags.NONE.withUnchanged(true);

    private final BlockNode node;
    private final NodeData data;
    private final long clusterSize;

    CopyOnRead(BlockNode node, NodeData data) throws BlockException {
        this.node = node;
        this.data = data;
        this.clusterSize = Math.max(clusterSize(node), node.limits().requestAlignment());
    }

    private static long clusterSize(BlockNode node) throws BlockException {
        BlockNode format = node;
        for (BlockNode below = node.filtered(); below != null; below = below.filtered()) {
            format = below;
        }
        return Math.max(1, format.driverInstance().info().clusterSize());
    }

    /// Where the cluster starts that holds an offset.
    long start(long offset) {
        return offset - offset % clusterSize;
    }

    /// Where the cluster ends that holds the last byte of a range.
    long end(long offset, long count) {
        return start(offset + count - 1) + clusterSize;
    }

    /// Copies what the clusters of a range do not hold yet.
    void fill(long offset, long count) throws BlockException {
        long end = Math.min(end(offset, count), node.length());
        for (long position = start(offset); position < end; ) {
            long asked = Math.min(MAX_PIECE, end - position);
            BlockStatus status = node.io().status(position, asked, false);
            int piece = (int) Math.min(asked, status.length());
            if (!status.allocated()) {
                copy(position, piece);
            }
            position += piece;
        }
    }

    private void copy(long offset, int count) throws BlockException {
        try (PooledBuffer pooled = BufferPool.shared().acquire(count)) {
            ByteBuffer buffer = Buffers.slice(pooled.buffer(), 0, count);
            data.read(offset, buffer);
            node.io().debugEvent(DebugEvent.COR_WRITE);
            if (Bytes.isZero(buffer)) {
                data.writeZeroes(offset, count, UNCHANGED, node.limits());
            } else {
                data.write(offset, buffer, UNCHANGED);
            }
        }
    }
}
