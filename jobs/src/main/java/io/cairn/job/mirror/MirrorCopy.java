package io.cairn.job.mirror;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.spi.Child;

import java.nio.ByteBuffer;

/// Copies ranges from the source of a mirror to its target.
///
/// A range's dirty bits are cleared before it is read: a guest's write sets them when it ends, so
/// that what was read too early is copied again.
final class MirrorCopy {
    private final MirrorPlan plan;
    private final BlockBackend source;
    private final Child target;
    private final DirtyBitmap dirty;
    private final WriteFlags zeroFlags;

    MirrorCopy(MirrorPlan plan, BlockBackend source, Child target, DirtyBitmap dirty) {
        this.plan = plan;
        this.source = source;
        this.target = target;
        this.dirty = dirty;
        this.zeroFlags = WriteFlags.NONE.withMayUnmap(plan.unmap());
    }

    /// A request that failed.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean isRead;
        private final transient BlockException failure;

        Failed(boolean isRead, BlockException failure) {
            super(failure);
            this.isRead = isRead;
            this.failure = failure;
        }

        boolean isRead() {
            return isRead;
        }

        BlockException failure() {
            return failure;
        }
    }

    /// Makes the target read as zeroes, if that is fast.
    ///
    /// @return false if the target could not be cleared, so that zeroes are copied too
    boolean clearTarget() throws BlockException {
        try {
            target.writeZeroes(0, target.length(), zeroFlags.withNoFallback(true));
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOTSUP) {
                return false;
            }
            throw e;
        }
    }

    /// Makes the start of a range dirty if it is to be copied.
    ///
    /// @param isCleared the target reads as zeroes
    /// @return how much of the range that was looked at, and whether the source has something there
    Marked mark(long offset, long length, boolean isCleared) throws BlockException {
        ChainStatus found =
                ChainStatus.above(plan.source(), plan.base(), offset, length, isCleared);
        BlockStatus status = found.status();
        if (found.isHeld() && !(isCleared && status.zero())) {
            dirty.set(offset, status.length());
        }
        long looked = status.length() == 0 ? length : status.length();
        return new Marked(looked, found.isHeld());
    }

    /// What {@link #mark} has seen.
    ///
    /// @param isAllocated the source has something there, if only zeroes
    record Marked(long length, boolean isAllocated) {}

    /// Copies a range; makes it dirty again if that fails.
    void copy(long offset, long length) throws Failed {
        boolean isDone = false;
        try {
            for (long position = offset; position < offset + length; ) {
                position += step(position, offset + length - position);
            }
            isDone = true;
        } finally {
            if (!isDone) {
                dirty.set(offset, length);
            }
        }
    }

    private long step(long offset, long length) throws Failed {
        boolean isRead = true;
        try {
            BlockStatus status =
                    ChainStatus.above(plan.source(), null, offset, length, true).status();
            long n = status.length() == 0 ? length : Math.min(length, status.length());
            if (status.zero()) {
                isRead = false;
                target.writeZeroes(offset, n, zeroFlags);
                return n;
            }
            try (PooledBuffer pooled = BufferPool.shared().acquire((int) n)) {
                ByteBuffer buffer = Buffers.slice(pooled.buffer(), 0, (int) n);
                source.read(offset, buffer);
                isRead = false;
                target.write(offset, buffer, WriteFlags.NONE);
            }
            return n;
        } catch (BlockException e) {
            throw new Failed(isRead, e);
        }
    }

    /// Copies all that is dirty, on the calling thread.
    ///
    /// @param maxPiece the most bytes at once
    void copyRest(long maxPiece) throws BlockException {
        long length = source.length();
        for (DirtyBitmap.Range r = dirty.nextDirty(0, length, maxPiece);
                r != null;
                r = dirty.nextDirty(0, length, maxPiece)) {
            long start = plan.unitStart(r.offset());
            long end = plan.unitEnd(r.offset() + r.length());
            dirty.reset(start, end - start);
            try {
                copy(start, Math.min(end, length) - start);
            } catch (Failed e) {
                throw e.failure();
            }
        }
    }
}
