package io.cairn.job.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/// A disk as a channel. Data passes through a pooled buffer, since a caller's may be on the heap.
final class DiskChannel implements SeekableByteChannel {
    private static final int MAX_PIECE = 1 << 20;

    private final BlockBackend backend;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private long position;

    private volatile boolean isOpen = true;

    DiskChannel(BlockBackend backend) {
        this.backend = backend;
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException, ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
            long left = backend.length() - position;
            if (left <= 0) {
                return -1;
            }
            int wanted = (int) Math.min(dst.remaining(), left);
            for (int done = 0; done < wanted; ) {
                int piece = Math.min(MAX_PIECE, wanted - done);
                try (PooledBuffer buffer = BufferPool.shared().acquire(piece)) {
                    backend.read(position, buffer.buffer());
                    dst.put(buffer.buffer());
                }
                position += piece;
                done += piece;
            }
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer src) throws BlockException, ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
            requireWritable();
            int wanted = Math.clamp(backend.length() - position, 0, src.remaining());
            if (wanted == 0 && src.hasRemaining()) {
                throw new OutOfSpaceException("The disk ends here");
            }
            for (int done = 0; done < wanted; ) {
                int piece = Math.min(MAX_PIECE, wanted - done);
                try (PooledBuffer buffer = BufferPool.shared().acquire(piece)) {
                    buffer.buffer().put(0, src, src.position(), piece);
                    backend.write(position, buffer.buffer(), WriteFlags.NONE);
                }
                src.position(src.position() + piece);
                position += piece;
                done += piece;
            }
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long position() throws ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
            return position;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SeekableByteChannel position(long newPosition) throws ClosedChannelException {
        if (newPosition < 0) {
            throw new IllegalArgumentException("negative position");
        }
        lock.lock();
        try {
            requireOpen();
            position = newPosition;
            return this;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long size() throws ClosedChannelException {
        requireOpen();
        return backend.length();
    }

    @Override
    public SeekableByteChannel truncate(long size) throws BlockException, ClosedChannelException {
        lock.lock();
        try {
            requireOpen();
            requireWritable();
            if (size < backend.length()) {
                backend.truncate(size, true, Preallocation.OFF, false);
            }
            position = Math.min(position, size);
            return this;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen) {
            throw new ClosedChannelException();
        }
    }

    private void requireWritable() {
        if (backend.node().isReadOnly()) {
            throw new NonWritableChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() {
        isOpen = false;
    }
}
