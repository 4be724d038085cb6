package io.cairn.job.compare;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Bytes;
import io.cairn.block.PooledBuffer;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Reads pieces and looks for the first difference, with two buffers that stay in the processor's
/// cache.
final class PieceReader implements AutoCloseable {
    private static final int STEP = 256 << 10;
    private static final long SECTOR = 512;

    private final PooledBuffer firstBuffer;
    private final PooledBuffer secondBuffer;

    PieceReader() throws BlockException {
        firstBuffer = BufferPool.shared().acquire(STEP);
        try {
            secondBuffer = BufferPool.shared().acquire(STEP);
        } catch (BlockException e) {
            firstBuffer.close();
            throw e;
        }
    }

    /// The offset of the first sector that differs, or -1.
    long firstDifference(Piece piece) throws BlockException {
        for (int done = 0; done < piece.length(); done += STEP) {
            int n = Math.min(STEP, piece.length() - done);
            int index = firstDifference(piece, piece.offset() + done, n);
            if (index >= 0) {
                long offset = piece.offset() + done + index;
                return offset - offset % SECTOR;
            }
        }
        return -1;
    }

    private int firstDifference(Piece piece, long offset, int n) throws BlockException {
        ByteBuffer a = read(piece.first(), firstBuffer, offset, n, piece);
        ByteBuffer b = read(piece.second(), secondBuffer, offset, n, piece);
        if (a == null) {
            return b == null ? -1 : Bytes.firstNonZero(b, 0, n);
        }
        return b == null ? Bytes.firstNonZero(a, 0, n) : a.mismatch(b);
    }

    private static @Nullable ByteBuffer read(
            @Nullable CompareImage image, PooledBuffer pooled, long offset, int n, Piece piece)
            throws BlockException {
        if (image == null) {
            return null;
        }
        ByteBuffer buffer = pooled.buffer().slice(0, n);
        image.read(offset, buffer, piece.offset());
        return buffer;
    }

    @Override
    public void close() {
        firstBuffer.close();
        secondBuffer.close();
    }
}
