package io.cairn.format.raw;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.PageSink;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Set;

/// An open raw image.
///
/// An image whose format was guessed is guarded: a write to its first sector that would make it
/// look like an image of another format is refused, since whoever opens it next would believe that.
final class RawInstance extends DriverInstance {
    private static final int SECTOR = 512;

    private final Child file;
    private final @Nullable OpenContext guard;
    private volatile RawOptions options;
    private volatile Options identity;
    private volatile boolean isReadOnly;

    /// @param context tells whether the format was guessed, and what an image looks like
    RawInstance(RawOptions options, Options identity, Child file, OpenContext context) {
        this.options = options;
        this.identity = identity;
        this.file = file;
        this.guard = context.isFormatProbed() ? context : null;
        this.isReadOnly = context.flags().readOnly();
    }

    @Override
    public long length() {
        RawOptions o = options;
        return o.hasSize() ? o.size() : Math.max(0, file.length() - o.offset());
    }

    @Override
    public boolean hasVariableLength() {
        return !options.hasSize();
    }

    @Override
    public Limits limits(Limits inherited) {
        return guard == null || isReadOnly
                ? inherited
                : inherited.withRequestAlignment(Math.max(SECTOR, inherited.requestAlignment()));
    }

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Through(file, offset + options.offset(), length);
    }

    @Override
    public @Nullable Child shown() {
        return options.offset() == 0 ? file : null;
    }

    @Override
    public boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        return file.readPages(offset + options.offset(), length, sink);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        requireRoom(offset, src.remaining());
        if (guard != null && offset < SECTOR) {
            requireRaw(guard, offset, src);
        }
        file.debugEvent(DebugEvent.WRITE_AIO);
        file.write(offset + options.offset(), src, flags);
    }

    /// A guarded first sector is to be looked at.
    @Override
    public boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length)
            throws BlockException {
        requireRoom(offset, length);
        return (guard == null || offset >= SECTOR)
                && file.copyFrom(storage, storageOffset, offset + options.offset(), length);
    }

    private static void requireRaw(OpenContext guard, long offset, ByteBuffer src)
            throws BlockException {
        int n = Math.min(SECTOR, src.remaining());
        if (offset == 0 && !guard.probe(Buffers.slice(src, 0, n)).equals(RawDriver.NAME)) {
            throw new BlockException(Errno.EPERM, Errno.EPERM.text());
        }
    }

    @Override
    public boolean supportsFua() {
        return file.supportsFua();
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        requireRoom(offset, length);
        file.writeZeroes(offset + options.offset(), length, flags);
        return true;
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        requireRoom(offset, length);
        file.discard(offset + options.offset(), length);
    }

    private void requireRoom(long offset, long length) throws BlockException {
        RawOptions o = options;
        if (o.hasSize() && offset > o.size() - length) {
            throw new OutOfSpaceException(Errno.ENOSPC.text());
        }
        if (offset > Long.MAX_VALUE - length - o.offset()) {
            throw new BlockException(Errno.EINVAL, Errno.EINVAL.text());
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        RawOptions o = options;
        if (o.hasSize()) {
            throw new BlockException(Errno.ENOTSUP, "Cannot resize fixed-size raw disks");
        }
        if (length > Long.MAX_VALUE - o.offset()) {
            throw new BlockException(Errno.EINVAL, "Disk size too large for the chosen offset");
        }
        file.truncate(length + o.offset(), exact, preallocation, zeroNew);
    }

    @Override
    public boolean hasZeroInit() {
        return file.hasZeroInit();
    }

    /// What the file tells; a whole file is asked by the graph.
    @Override
    public FormatInfo info() throws BlockException {
        return options.isWindow() ? file.info().withoutSpecific() : FormatInfo.NONE;
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    /// As a filter, but that a window does not let others move the end of the file; it never moves
    /// the end itself unless its own parents do.
    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return options.isWindow()
                ? new ChildPermissions(needed, shared.minus(Permission.RESIZE))
                : ChildPermissions.ofFilter(needed, shared);
    }

    @Override
    public Set<String> resettableOptions() {
        return Set.of(RawOptions.OFFSET, RawOptions.SIZE);
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        Options given = new Options();
        for (String key : context.options().keys()) {
            var value = context.options().get(key);
            if (value != null && (key.equals(RawOptions.OFFSET) || key.equals(RawOptions.SIZE))) {
                given.put(key, value);
            }
        }
        RawOptions wanted = RawOptions.SCHEMA.read(context.options(), Dialect.NODE);
        wanted.requireInside(file.length());
        boolean readOnly = context.flags().readOnly();
        return new Prepared() {
            @Override
            public void commit() {
                options = wanted;
                identity = given;
                isReadOnly = readOnly;
            }

            @Override
            public void abort() {}
        };
    }

    @Override
    public void close() {}
}
