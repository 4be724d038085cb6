package io.cairn.block.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.Errno;
import io.cairn.block.Node;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.ClusterMap.Span;
import io.cairn.block.spi.Child;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Copies clusters from a disk to a target before they are written.
///
/// With a timeout, each copy runs on a thread of its own; one that takes too long is left alone: it
/// ends in its own time, and counts then.
final class ClusterCopy {
    /// Keeps readers of a target that has the disk as its backing node from seeing half a copy.
    private static final WriteFlags SERIALISING = WriteFlags.NONE.withSerialising(true);

    private static final WriteFlags COMPRESSED = WriteFlags.COMPRESSED.withSerialising(true);

    /// Longest piece that is copied at once.
    private static final int MAX_PIECE = 1 << 20;

    private final Node node;
    private final Child file;
    private final Child target;
    private final ClusterMap clusters;
    private final long timeoutNanos;

    /// Set before the node is used.
    private volatile boolean isCompressing;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    @GuardedBy("lock")
    private int running;

    ClusterCopy(Node node, Child file, Child target, ClusterMap clusters, long timeoutSeconds) {
        this.node = node;
        this.file = file;
        this.target = target;
        this.clusters = clusters;
        this.timeoutNanos = TimeUnit.SECONDS.toNanos(timeoutSeconds);
    }

    /// Has the target store compressed what is copied from now on.
    void compress() {
        isCompressing = true;
    }

    /// Does what {@link #run} does without a timeout, and tells which side a failure came from.
    CopyBeforeWrite.@Nullable CopyFailure tryRun(long offset, long length) {
        Side side = new Side();
        try {
            for (Span span = clusters.takeMissing(offset, length, 0);
                    span != null;
                    span = clusters.takeMissing(offset, length, 0)) {
                copy(span, side);
            }
            return null;
        } catch (BlockException e) {
            return new CopyBeforeWrite.CopyFailure(side.isRead, e);
        }
    }

    /// Where a copy stands.
    private static final class Side {
        private boolean isRead = true;
        private long end;
    }

    /// Returns once the clusters that a range touches need not be copied any more.
    ///
    /// @throws BlockException if a copy failed, or with `ETIMEDOUT` if it took too long
    void run(long offset, long length) throws BlockException {
        long deadline = timeoutNanos == 0 ? 0 : Math.max(1, System.nanoTime() + timeoutNanos);
        for (Span span = clusters.takeMissing(offset, length, deadline);
                span != null;
                span = clusters.takeMissing(offset, length, deadline)) {
            if (deadline == 0) {
                copy(span, new Side());
            } else {
                new Attempt(span).await(deadline);
            }
        }
    }

    private void copy(Span span, Side side) throws BlockException {
        try {
            copyData(span, side);
        } finally {
            clusters.copied(span, side.end);
        }
    }

    private void copyData(Span span, Side side) throws BlockException {
        long end = span.offset() + span.length();
        side.end = span.offset();
        for (long position = span.offset(); position < end; ) {
            side.isRead = true;
            BlockStatus status = file.chainStatus(position, end - position, null, true);
            long n = status.length() == 0 ? end - position : status.length();
            if (isCompressing) {
                n = Math.min(end - position, clusters.clusterSize());
                copyBytes(position, (int) n, side);
            } else if (status.zero()) {
                side.isRead = false;
                target.writeZeroes(position, n, SERIALISING);
            } else {
                n = Math.min(n, MAX_PIECE);
                copyBytes(position, (int) n, side);
            }
            position += n;
            side.end = position;
        }
    }

    private void copyBytes(long offset, int count, Side side) throws BlockException {
        try (PooledBuffer pooled = BufferPool.shared().acquire(count)) {
            ByteBuffer data = Buffers.slice(pooled.buffer(), 0, count);
            file.read(offset, data);
            side.isRead = false;
            if (Bytes.isZero(data)) {
                target.writeZeroes(offset, count, SERIALISING);
            } else {
                target.write(offset, data, isCompressing ? COMPRESSED : SERIALISING);
            }
        }
    }

    /// A copy that somebody waits for, but not for ever.
    private final class Attempt {
        private boolean isOver;
        private @Nullable BlockException failure;

        Attempt(Span span) {
            lock.lock();
            try {
                running++;
            } finally {
                lock.unlock();
            }
            Workers.startVirtual("cbw:" + node.name(), () -> run(span));
        }

        private void run(Span span) {
            BlockException failed = null;
            try {
                copy(span, new Side());
            } catch (BlockException e) {
                failed = e;
            } finally {
                end(failed);
            }
        }

        private void end(@Nullable BlockException failed) {
            lock.lock();
            try {
                failure = failed;
                isOver = true;
                running--;
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void await(long deadline) throws BlockException {
            lock.lock();
            try {
                while (!isOver) {
                    if (!Workers.awaitUntil(ended, deadline)) {
                        throw new BlockException(Errno.ETIMEDOUT, Errno.ETIMEDOUT.text());
                    }
                }
                BlockException failed = failure;
                if (failed != null) {
                    throw failed;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits for the copies that nobody waits for any more.
    void awaitStragglers() {
        lock.lock();
        try {
            while (running > 0) {
                ended.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
