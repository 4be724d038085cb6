package io.cairn.block.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// An open `preallocate` node.
///
/// While its parents may write and resize, the node knows two ends: that of the data, which is the
/// length that it shows, and that of the file, behind which nothing is preallocated. Between the
/// two the file reads as zeroes. When the parents let go of a permission, or become read-only, the
/// file is cut to the data's end.
final class PreallocateInstance extends PassThrough {
    private static final long UNKNOWN_END = -1;

    /// Held while the file's end moves.
    private final ReentrantLock end = new ReentrantLock();

    private volatile PreallocateOptions options;
    private volatile boolean mayGrow;

    /// The end of the data, or {@link #UNKNOWN_END} while it is the file's. Written under `end`.
    private volatile long dataEnd = UNKNOWN_END;

    @GuardedBy("end")
    private long fileEnd;

    PreallocateInstance(Child file, PreallocateOptions options) {
        super(file);
        this.options = options;
    }

    @Override
    public long length() {
        long known = dataEnd;
        return known == UNKNOWN_END ? file().length() : known;
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Through(file(), offset, length);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        reserve(offset, src.remaining());
        file().write(offset, src, flags);
    }

    /// What lies behind the end of the data is zero already.
    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        long before = reserve(offset, length);
        if (offset < before || before == UNKNOWN_END || !isReserved(offset + length)) {
            file().writeZeroes(offset, length, flags);
        }
        return true;
    }

    /// Makes room for a write.
    ///
    /// @return where the data ended before, or {@link #UNKNOWN_END} if nothing is preallocated here
    private long reserve(long offset, long length) throws BlockException {
        if (!mayGrow) {
            return UNKNOWN_END;
        }
        long newEnd = offset + length;
        long known = dataEnd;
        if (known >= newEnd) {
            return known;
        }
        end.lock();
        try {
            if (!mayGrow) {
                return UNKNOWN_END;
            }
            if (dataEnd == UNKNOWN_END) {
                fileEnd = file().length();
                dataEnd = fileEnd;
            }
            long before = dataEnd;
            if (newEnd > before) {
                if (newEnd > fileEnd) {
                    preallocate(newEnd);
                }
                dataEnd = newEnd;
            }
            return before;
        } finally {
            end.unlock();
        }
    }

    /// Zeroes the file from its end to a good distance behind the data's new end, if that is fast.
    /// Where it is not, the write itself makes the file longer.
    @GuardedBy("end")
    private void preallocate(long newEnd) {
        long wanted = options.newEnd(newEnd);
        // Data may have gone behind the file's end before, where preallocation did not succeed.
        long start = Math.max(fileEnd, dataEnd);
        try {
            file().writeZeroes(start, wanted - start, WriteFlags.NONE.withNoFallback(true));
            fileEnd = wanted;
        } catch (BlockException e) {
            // The write fails or succeeds by itself; preallocation only helps it along.
            return;
        }
    }

    private boolean isReserved(long upTo) {
        end.lock();
        try {
            return upTo <= fileEnd;
        } finally {
            end.unlock();
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        end.lock();
        try {
            long known = dataEnd;
            boolean isInside = known != UNKNOWN_END && known <= length && length <= fileEnd;
            if (isInside && preallocation == Preallocation.FALLOC) {
                dataEnd = length;
                return;
            }
            cutOff();
            file().truncate(length, exact, preallocation, zeroNew);
        } finally {
            end.unlock();
        }
    }

    /// Ends the file where its data ends.
    @GuardedBy("end")
    private void cutOff() throws BlockException {
        long known = dataEnd;
        if (known != UNKNOWN_END) {
            if (known < fileEnd) {
                file().truncate(known, true, Preallocation.OFF, false);
            }
            dataEnd = UNKNOWN_END;
        }
    }

    // ---- what it is

    /// The file is cut while the permission to do so is still there.
    @Override
    public Prepared preparePermissions(Permissions needed, Permissions shared)
            throws BlockException {
        boolean may = needed.has(Permission.WRITE) && needed.has(Permission.RESIZE);
        boolean could = mayGrow;
        if (could && !may) {
            stopGrowing();
        }
        return new Prepared() {
            @Override
            public void commit() {
                mayGrow = may;
            }

            @Override
            public void abort() {
                mayGrow = could;
            }
        };
    }

    private void stopGrowing() throws BlockException {
        end.lock();
        try {
            cutOff();
            mayGrow = false;
        } finally {
            end.unlock();
        }
    }

    @Override
    public Set<String> resettableOptions() {
        return Set.of("prealloc-align", "prealloc-size");
    }

    @Override
    public boolean supportsReopen() {
        return true;
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        PreallocateOptions wanted = PreallocateOptions.SCHEMA.read(context.options(), Dialect.NODE);
        boolean could = mayGrow;
        if (context.flags().readOnly()) {
            stopGrowing();
        }
        return new Prepared() {
            @Override
            public void commit() {
                options = wanted;
            }

            @Override
            public void abort() {
                mayGrow = could;
            }
        };
    }

    @Override
    public void close() throws BlockException {
        stopGrowing();
    }
}
