package io.cairn.job.mirror;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.CancelScope;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.PassThrough;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands above the source of a mirror and holds the target. In the copy mode `write-blocking` it
/// writes what guests write to the target too, before their writes are done.
///
/// The source's dirty bitmap notes every write when it ends. A write that has reached the target as
/// well takes back what it made dirty; meanwhile it holds its range, so that no copy of older data
/// overtakes it.
final class MirrorTop extends PassThrough {
    /// The driver's name.
    static final String NAME = "mirror_top";

    /// The child that takes the copy.
    static final String TARGET = "target";

    private static final Permissions UNCHANGED = Permissions.of(Permission.WRITE_UNCHANGED);

    /// Hears of a write to the target that failed.
    @FunctionalInterface
    interface FailureListener {
        void failed(BlockException e);
    }

    private final Child target;
    private final RangeLocks ranges = new RangeLocks();
    private final boolean isCommit;
    private final long unit;
    private final Permissions needed;
    private final CancelScope scope;
    private final FailureListener failures;

    /// Writes under way that hold no range.
    private final AtomicInteger rangeless = new AtomicInteger();

    private volatile CopyMode mode;
    private volatile @Nullable DirtyBitmap dirty;
    private volatile boolean hasLetTargetGo;

    /// @param isCommit the target stands below the source
    /// @param unit bytes that are written to the target at the least, not less than the bitmap's
    ///   granularity
    /// @param needed what is done to the target
    /// @param scope the requests to the target
    MirrorTop(
            Child source,
            Child target,
            boolean isCommit,
            long unit,
            Permissions needed,
            CopyMode mode,
            CancelScope scope,
            FailureListener failures) {
        super(source);
        this.target = target;
        this.isCommit = isCommit;
        this.unit = unit;
        this.needed = needed;
        this.mode = mode;
        this.scope = scope;
        this.failures = failures;
    }

    Child target() {
        return target;
    }

    RangeLocks ranges() {
        return ranges;
    }

    /// Writes are noted here from now on, and mirrored as the mode says; null to end that.
    void setBitmap(@Nullable DirtyBitmap bitmap) {
        dirty = bitmap;
    }

    /// Changes the mode; never back from `WRITE_BLOCKING`, since a write that takes no range could
    /// then overlap one that clears the dirty bits of its range.
    ///
    /// @return whether the mode is the new one
    boolean setMode(CopyMode newMode) {
        if (newMode == CopyMode.WRITE_BLOCKING) {
            mode = newMode;
        }
        return mode == newMode;
    }

    /// Gives the target up with the next change of permissions, or takes it again.
    void letTargetGo(boolean on) {
        hasLetTargetGo = on;
    }

    private interface Request {
        void run(Child child, WriteFlags flags) throws BlockException;
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        mirrored(offset, src.remaining(), flags, (child, f) -> child.write(offset, src, f));
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        mirrored(offset, length, flags, (child, f) -> child.writeZeroes(offset, length, f));
        return true;
    }

    private void mirrored(long offset, long length, WriteFlags flags, Request request)
            throws BlockException {
        rangeless.incrementAndGet();
        try {
            if (dirty == null || mode == CopyMode.BACKGROUND || flags.unchanged()) {
                request.run(file(), flags);
                return;
            }
        } finally {
            rangeless.decrementAndGet();
        }
        DirtyBitmap bitmap = dirty;
        if (bitmap == null) {
            request.run(file(), flags);
            return;
        }
        // Writes of the old mode may end after this one and have its range copied anew.
        boolean isAlone = rangeless.get() == 0;
        long granularity = bitmap.granularity();
        long start = offset & -unit;
        long end = (offset + length + unit - 1) & -unit;
        RangeLocks.Held range = ranges.acquire(start, end);
        try {
            boolean isHeadPart = offset > start;
            boolean isTailPart = offset + length < end;
            boolean isCopied = unit > granularity && (isHeadPart || isTailPart);
            long clean =
                    !isCopied && isHeadPart && bitmap.isDirty(start) ? start + granularity : start;
            boolean isTailDirty = !isCopied && isTailPart && bitmap.isDirty(end - granularity);
            request.run(file(), flags);
            try {
                scope.run(
                        isCopied
                                ? () -> copy(start, end)
                                : () -> request.run(target, flags.withNoFallback(false)));
                if (isAlone) {
                    bitmap.reset(clean, (isTailDirty ? end - granularity : end) - clean);
                }
            } catch (BlockException e) {
                failures.failed(e);
            }
        } finally {
            ranges.release(range);
        }
    }

    private void copy(long start, long end) throws BlockException {
        long length = file().length();
        for (long at = start; at < Math.min(end, length); at += unit) {
            int n = (int) Math.min(unit, length - at);
            try (PooledBuffer pooled = BufferPool.shared().acquire(n)) {
                ByteBuffer buffer = Buffers.slice(pooled.buffer(), 0, n);
                file().read(at, buffer);
                target.write(at, buffer, WriteFlags.NONE);
            }
        }
    }

    /// The guest does not wait for the target to be flushed.
    @Override
    public boolean flushes(Child child) {
        return child != target;
    }

    @Override
    public boolean isTemporary() {
        return true;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions asked, Permissions shared, boolean writable) {
        if (child.name().equals(TARGET)) {
            return hasLetTargetGo
                    ? new ChildPermissions(Permissions.NONE, Permissions.ALL)
                    : new ChildPermissions(needed, isCommit ? shareBase() : UNCHANGED);
        }
        return new ChildPermissions(
                isCommit ? asked.minus(Permission.CONSISTENT_READ) : asked,
                isCommit ? shareBase() : shared.minus(Permission.RESIZE));
    }

    /// The chain above the base reads it.
    private static Permissions shareBase() {
        return Permissions.ALL.minus(Permission.RESIZE);
    }
}
