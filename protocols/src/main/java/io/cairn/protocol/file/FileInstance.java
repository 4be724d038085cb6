package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.Limits;
import io.cairn.block.NodeFlags;
import io.cairn.block.PageSink;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.os.FileExtent;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.IoAlignment;
import io.cairn.block.os.PagePipe;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An open file or device of the host.
final class FileInstance extends DriverInstance {
    /// Longest piece in which data passes through an aligned buffer.
    private static final int MAX_BOUNCE = 1 << 20;

    private final String filename;
    private final FileOptions options;
    private final FileStat.Kind kind;
    private final FileHandle handle;
    private final FilePermissions permissions;
    private final ZeroMethods zeroes;
    private final DataExtents extents = new DataExtents();
    private final DiscardCounter discarded = new DiscardCounter();

    private volatile NodeFlags flags;
    private volatile IoAlignment alignment = IoAlignment.NONE;

    /// How the first flush failed, if one has.
    private volatile @Nullable Errno lostWrites;

    FileInstance(
            String filename,
            FileOptions options,
            NodeFlags flags,
            HostFile file,
            FileStat.Kind kind)
            throws BlockException {
        this.filename = filename;
        this.options = options;
        this.flags = flags;
        this.kind = kind;
        this.handle = new FileHandle(file, flags.autoReadOnly() && !flags.readOnly());
        this.permissions = new FilePermissions(options, handle);
        this.zeroes = new ZeroMethods(kind == FileStat.Kind.REGULAR);
        this.alignment = file.alignment();
    }

    private boolean isRegular() {
        return kind == FileStat.Kind.REGULAR;
    }

    // ---- what it is

    @Override
    public long length() throws BlockException {
        return handle.file().length();
    }

    @Override
    public boolean hasVariableLength() {
        return !isRegular();
    }

    @Override
    public Limits limits(Limits inherited) {
        IoAlignment a = alignment;
        return inherited
                .withRequestAlignment(Math.max(a.request(), inherited.requestAlignment()))
                .withMemoryAlignment(Math.max(a.memory(), inherited.memoryAlignment()));
    }

    @Override
    public long allocatedLength() {
        try {
            return handle.file().stat().diskUsage();
        } catch (BlockException _) {
            return UNKNOWN;
        }
    }

    @Override
    public boolean hasZeroInit() {
        return isRegular();
    }

    @Override
    public FormatInfo info() {
        return FormatInfo.PLAIN;
    }

    @Override
    public Optional<String> exactFilename() {
        return Optional.of(filename);
    }

    @Override
    public Options identityOptions() {
        return new Options().put("filename", filename);
    }

    // ---- data

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Stored(offset, length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        long stamp = handle.enter();
        try {
            HostFile file = handle.file();
            if (isAligned(dst)) {
                file.readFully(offset, dst);
            } else {
                readThroughBounce(file, offset, dst);
            }
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        if (!(sink instanceof PagePipe pipe)) {
            return false;
        }
        long stamp = handle.enter();
        try {
            return handle.file().readPages(offset, length, pipe);
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags writeFlags) throws BlockException {
        boolean durable = writeFlags.fua() && !flags.noFlush();
        long stamp = handle.enter();
        try {
            HostFile file = handle.file();
            if (isAligned(src)) {
                writePiece(file, offset, src, durable);
            } else {
                writeThroughBounce(file, offset, src, durable);
            }
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public boolean supportsFua() {
        return true;
    }

    private static void writePiece(HostFile file, long offset, ByteBuffer src, boolean durable)
            throws BlockException {
        if (durable) {
            file.writeDurably(offset, new ByteBuffer[] {src});
        } else {
            file.write(offset, src);
        }
    }

    private boolean isAligned(ByteBuffer buffer) {
        int unit = alignment.memory();
        return unit == 1 || buffer.alignmentOffset(buffer.position(), unit) == 0;
    }

    private static void readThroughBounce(HostFile file, long offset, ByteBuffer dst)
            throws BlockException {
        int count = dst.remaining();
        try (PooledBuffer pooled = BufferPool.shared().acquire(Math.min(count, MAX_BOUNCE))) {
            for (int done = 0; done < count; ) {
                int n = Math.min(count - done, MAX_BOUNCE);
                ByteBuffer piece = Buffers.slice(pooled.buffer(), 0, n);
                file.readFully(offset + done, piece);
                dst.put(dst.position() + done, piece, 0, n);
                done += n;
            }
        }
    }

    private static void writeThroughBounce(
            HostFile file, long offset, ByteBuffer src, boolean durable) throws BlockException {
        int count = src.remaining();
        try (PooledBuffer pooled = BufferPool.shared().acquire(Math.min(count, MAX_BOUNCE))) {
            for (int done = 0; done < count; ) {
                int n = Math.min(count - done, MAX_BOUNCE);
                ByteBuffer piece = Buffers.slice(pooled.buffer(), 0, n);
                piece.put(0, src, src.position() + done, n);
                writePiece(file, offset + done, piece, durable);
                done += n;
            }
        }
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags writeFlags)
            throws BlockException {
        long stamp = handle.enter();
        try {
            boolean done = zeroes.write(handle.file(), offset, length, writeFlags.mayUnmap());
            extents.forget();
            return done;
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        long stamp = handle.enter();
        try {
            boolean isDone = zeroes.discard(handle.file(), offset, length);
            extents.forget();
            if (isDone) {
                discarded.done(length);
            } else {
                discarded.failed();
            }
        } catch (BlockException e) {
            discarded.failed();
            throw e;
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public Map<String, Long> specificStatistics() {
        return discarded.statistics();
    }

    /// A flush that failed may have left the page cache without the data, marked as written: no
    /// later flush of the same open file may succeed.
    @Override
    public void flushToDisk() throws BlockException {
        Errno lost = lostWrites;
        if (lost != null) {
            throw new HostException(lost, lost.text());
        }
        long stamp = handle.enter();
        try {
            handle.file().flush();
        } catch (BlockException e) {
            if (!flags.direct()) {
                lostWrites = e.errno();
            }
            throw e;
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        long stamp = handle.enter();
        try {
            FileLength.set(handle.file(), isRegular(), length, exact, preallocation);
            extents.forget();
        } finally {
            handle.leave(stamp);
        }
    }

    @Override
    public boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length)
            throws BlockException {
        if (!(storage instanceof FileInstance from)) {
            return false;
        }
        long theirs = from.handle.enter();
        long ours = from == this ? 0 : handle.enter();
        try {
            return RangeCopy.copy(from.handle.file(), storageOffset, handle.file(), offset, length);
        } finally {
            handle.leave(ours);
            from.handle.leave(theirs);
        }
    }

    // ---- status

    @Override
    public Mapping mapForStatus(long offset, long length, boolean wantZero) throws BlockException {
        if (!wantZero) {
            return new Mapping.Stored(offset, length);
        }
        long stamp = handle.enter();
        try {
            FileExtent extent = extents.at(handle.file(), offset, length);
            // The rest of the unit in which the file ends belongs to what is before it.
            long unit = alignment.request();
            long end = (offset + extent.length() + unit - 1) & -unit;
            long n = Math.min(length, end - offset);
            return extent.isData()
                    ? new Mapping.Stored(offset, n)
                    : new Mapping.Zero(null, offset, n);
        } finally {
            handle.leave(stamp);
        }
    }

    // ---- permissions, reopening

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        throw new IllegalStateException("a file has no children");
    }

    @Override
    public Prepared preparePermissions(Permissions needed, Permissions shared)
            throws BlockException {
        boolean writes =
                needed.has(Permission.WRITE)
                        || needed.has(Permission.WRITE_UNCHANGED)
                        || needed.has(Permission.RESIZE);
        return permissions.prepare(filename, needed, shared, writes);
    }

    @Override
    public Set<String> resettableOptions() {
        return Set.of("x-check-cache-dropped");
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        Options given = context.options();
        given.take("x-check-cache-dropped");
        given.take("drop-cache");
        NodeFlags wanted = context.flags();
        FileOpener.requireDirectForNative(options, wanted);
        NodeFlags before = flags;
        boolean isDynamic = wanted.autoReadOnly() && !wanted.readOnly();
        boolean writable = isDynamic ? handle.file().flags().writable() : !wanted.readOnly();
        if (writable == handle.file().flags().writable() && wanted.direct() == before.direct()) {
            return new FlagChange(wanted, isDynamic);
        }
        HostFile reopened =
                handle.reopen(filename, FileOpener.openFlags(options, wanted, writable));
        IoAlignment newAlignment;
        try {
            newAlignment = reopened.alignment();
        } catch (BlockException e) {
            reopened.close();
            throw e;
        }
        return new Reopened(reopened, newAlignment, new FlagChange(wanted, isDynamic));
    }

    /// New flags that need no other descriptor.
    private final class FlagChange implements Prepared {
        private final NodeFlags wanted;
        private final boolean isDynamic;

        FlagChange(NodeFlags wanted, boolean isDynamic) {
            this.wanted = wanted;
            this.isDynamic = isDynamic;
        }

        @Override
        public void commit() {
            flags = wanted;
            handle.setDynamic(isDynamic);
        }

        @Override
        public void abort() {}
    }

    /// The file opened again with other flags.
    private final class Reopened implements Prepared {
        private final HostFile file;
        private final IoAlignment newAlignment;
        private final FlagChange flagChange;

        Reopened(HostFile file, IoAlignment newAlignment, FlagChange flagChange) {
            this.file = file;
            this.newAlignment = newAlignment;
            this.flagChange = flagChange;
        }

        @Override
        public void commit() {
            handle.replace(file);
            alignment = newAlignment;
            lostWrites = null;
            flagChange.commit();
        }

        @Override
        public void abort() {
            file.close();
        }
    }

    @Override
    public void close() {
        permissions.close();
        handle.close();
    }
}
