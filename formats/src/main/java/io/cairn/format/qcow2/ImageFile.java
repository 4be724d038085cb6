package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;

import java.nio.ByteBuffer;

/// The storage of an image, read and written as arrays. What lies beyond its end reads as zeroes.
final class ImageFile {
    /// Longest piece of one request.
    private static final int MAX_PIECE = 2 << 20;

    private final Child child;
    private final BufferPool pool = BufferPool.shared();

    ImageFile(Child child) {
        this.child = child;
    }

    /// The edge to the storage.
    Child child() {
        return child;
    }

    long length() {
        return child.length();
    }

    void event(DebugEvent event) throws BlockException {
        child.debugEvent(event);
    }

    void flush() throws BlockException {
        child.flush();
    }

    /// Reads big-endian longs.
    void readLongs(long offset, long[] into, int from, int count) throws BlockException {
        int pieceLongs = MAX_PIECE / Long.BYTES;
        try (PooledBuffer pooled = pool.acquire(Math.min(count, pieceLongs) * Long.BYTES)) {
            for (int done = 0; done < count; done += pieceLongs) {
                int n = Math.min(pieceLongs, count - done);
                ByteBuffer part = Buffers.slice(pooled.buffer(), 0, n * Long.BYTES);
                child.read(offset + (long) done * Long.BYTES, part);
                part.asLongBuffer().get(into, from + done, n);
            }
        }
    }

    /// Writes big-endian longs.
    void writeLongs(long offset, long[] source, int from, int count) throws BlockException {
        int pieceLongs = MAX_PIECE / Long.BYTES;
        try (PooledBuffer pooled = pool.acquire(Math.min(count, pieceLongs) * Long.BYTES)) {
            for (int done = 0; done < count; done += pieceLongs) {
                int n = Math.min(pieceLongs, count - done);
                ByteBuffer part = Buffers.slice(pooled.buffer(), 0, n * Long.BYTES);
                part.asLongBuffer().put(source, from + done, n);
                child.write(offset + (long) done * Long.BYTES, part, WriteFlags.NONE);
            }
        }
    }

    void readBytes(long offset, byte[] into, int from, int count) throws BlockException {
        try (PooledBuffer pooled = pool.acquire(Math.min(count, MAX_PIECE))) {
            for (int done = 0; done < count; done += MAX_PIECE) {
                int n = Math.min(MAX_PIECE, count - done);
                ByteBuffer part = Buffers.slice(pooled.buffer(), 0, n);
                child.read(offset + done, part);
                part.get(0, into, from + done, n);
            }
        }
    }

    void writeBytes(long offset, byte[] source, int from, int count) throws BlockException {
        try (PooledBuffer pooled = pool.acquire(Math.min(count, MAX_PIECE))) {
            for (int done = 0; done < count; done += MAX_PIECE) {
                int n = Math.min(MAX_PIECE, count - done);
                ByteBuffer part = Buffers.slice(pooled.buffer(), 0, n);
                part.put(0, source, from + done, n);
                child.write(offset + done, part, WriteFlags.NONE);
            }
        }
    }

    /// Writes zeroes as data.
    void writeZeroes(long offset, int count) throws BlockException {
        try (PooledBuffer zeroes = pool.acquireZeroed(count)) {
            child.write(offset, zeroes.buffer(), WriteFlags.NONE);
        }
    }

    /// Makes a range read as zeroes.
    void zero(long offset, long length) throws BlockException {
        child.writeZeroes(offset, length, WriteFlags.NONE);
    }
}
