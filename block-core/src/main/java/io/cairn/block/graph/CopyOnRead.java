package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.DebugEvent;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;

import org.jspecify.annotations.Nullable;

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

    /// Copies what the clusters of a range do not hold yet, and reads the range: what is copied is
    /// given out as it passes, and not read again.
    ///
    /// @param dst null if nobody looks at the data
    void read(long offset, int count, @Nullable ByteBuffer dst) throws BlockException {
        long end = Math.min(end(offset, count), node.length());
        long position = start(offset);
        while (position < end) {
            BlockStatus status = node.io().status(position, end - position, false);
            long piece = Math.min(status.length(), end - position);
            if (status.allocated()) {
                readOwn(position, piece, offset, dst);
            } else {
                piece = Math.min(piece, MAX_PIECE);
                copy(position, (int) piece, offset, dst);
            }
            position += piece;
        }
        readOwn(position, offset + count - position, offset, dst);
    }

    private void readOwn(long position, long length, long offset, @Nullable ByteBuffer dst)
            throws BlockException {
        long from = Math.max(position, offset);
        ByteBuffer part = part(dst, offset, from, position + length);
        if (part != null) {
            node.io().readInside(from, part);
        }
    }

    /// What of a reader's buffer is for a range.
    ///
    /// @return null for nothing
    private static @Nullable ByteBuffer part(
            @Nullable ByteBuffer dst, long offset, long from, long to) {
        if (dst == null) {
            return null;
        }
        int start = Math.clamp(from - offset, 0, dst.remaining());
        int end = Math.clamp(to - offset, 0, dst.remaining());
        return end > start ? Buffers.slice(dst, start, end - start) : null;
    }

    private void copy(long position, int length, long offset, @Nullable ByteBuffer dst)
            throws BlockException {
        try (PooledBuffer pooled = BufferPool.shared().acquire(length)) {
            ByteBuffer buffer = Buffers.slice(pooled.buffer(), 0, length);
            data.read(position, buffer);
            node.io().debugEvent(DebugEvent.COR_WRITE);
            if (Bytes.isZero(buffer)) {
                data.writeZeroes(position, length, UNCHANGED, node.limits());
            } else {
                data.write(position, buffer, UNCHANGED);
            }
            long from = Math.max(position, offset);
            ByteBuffer part = part(dst, offset, from, position + length);
            if (part != null) {
                part.put(Buffers.slice(buffer, (int) (from - position), part.remaining()));
            }
        }
    }
}
