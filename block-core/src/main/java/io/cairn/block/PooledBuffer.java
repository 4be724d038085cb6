package io.cairn.block;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/// A buffer on loan from a {@link BufferPool}; closing gives it back.
public final class PooledBuffer implements AutoCloseable {
    private final BufferPool pool;
    private final ByteBuffer whole;
    private final ByteBuffer buffer;
    private final AtomicBoolean isReturned = new AtomicBoolean();

    PooledBuffer(BufferPool pool, ByteBuffer whole, int length) {
        this.pool = pool;
        this.whole = whole;
        this.buffer = whole.slice(0, length);
    }

    /// The buffer: direct, aligned to {@link BufferPool#ALIGNMENT}, big-endian, from 0 to the
    /// length asked for.
    public ByteBuffer buffer() {
        return buffer;
    }

    /// Gives the buffer back; it must not be touched any more.
    ///
    /// @throws IllegalStateException when it was given back before
    @Override
    public void close() {
        if (!isReturned.compareAndSet(false, true)) {
            throw new IllegalStateException("buffer given back twice");
        }
        pool.takeBack(this, whole);
    }
}
