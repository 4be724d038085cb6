package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import java.nio.ByteBuffer;

/// An open `blklogwrites` node. A change is logged once the file has it.
final class BlklogwritesInstance extends DriverInstance {
    private final Node node;
    private final Child file;
    private final Child log;
    private final WriteLog writes;
    private final Options identity;

    /// Something was written since the last flush was logged.
    private volatile boolean isDirty;

    BlklogwritesInstance(Node node, Child file, Child log, WriteLog writes, Options identity) {
        this.node = node;
        this.file = file;
        this.log = log;
        this.writes = writes;
        this.identity = identity;
    }

    @Override
    public boolean supportsReopen() {
        return false;
    }

    @Override
    public long length() {
        return file.length();
    }

    @Override
    public boolean hasVariableLength() {
        return true;
    }

    @Override
    public Limits limits(Limits inherited) {
        return inherited.withRequestAlignment(writes.sectorSize());
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Through(file, offset, length);
    }

    @Override
    public Child shown() {
        return file;
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        both(() -> file.write(offset, src, flags), () -> writes.write(offset, src));
    }

    /// The log takes zeroes as data, so that a caller who wants them fast only is refused.
    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        if (flags.noFallback()) {
            return false;
        }
        both(
                () -> file.writeZeroes(offset, length, flags),
                () -> writes.writeZeroes(offset, length));
        return true;
    }

    /// The log has whole sectors only, so that the rest of a discard is left out.
    @Override
    public void discard(long offset, long length) throws BlockException {
        long mask = -(long) writes.sectorSize();
        long start = (offset + writes.sectorSize() - 1) & mask;
        long end = (offset + length) & mask;
        if (start < end) {
            both(() -> file.discard(start, end - start), () -> writes.discard(start, end - start));
        }
    }

    /// What is done to the child, or to the log.
    @FunctionalInterface
    private interface Step {
        void run() throws BlockException;
    }

    /// Makes a request and logs it, even if it fails: nobody knows what it has left behind.
    private void both(Step request, Step logging) throws BlockException {
        isDirty = true;
        orLog(request, logging);
        logging.run();
    }

    /// Makes a request, and logs it if it fails.
    private static void orLog(Step request, Step logging) throws BlockException {
        try {
            request.run();
        } catch (BlockException e) {
            try {
                logging.run();
            } catch (BlockException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    @Override
    public boolean flushes(Child child) {
        return false;
    }

    /// A flush that fails ends here, and is logged too.
    @Override
    public void flushCaches() throws BlockException {
        if (!node.isReadOnly()) {
            orLog(file::flush, this::flushToDisk);
        }
    }

    @Override
    public void flushToDisk() throws BlockException {
        if (!node.isReadOnly()) {
            isDirty = false;
            writes.flush();
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        file.truncate(length, exact, preallocation, zeroNew);
    }

    // ---- what it is

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        if (child != log) {
            return ChildPermissions.ofFilter(needed, shared);
        }
        Permissions unshared = Permissions.of(Permission.WRITE, Permission.RESIZE);
        boolean writes = needed.has(Permission.WRITE) || needed.has(Permission.WRITE_UNCHANGED);
        Permissions read = Permissions.of(Permission.CONSISTENT_READ);
        return new ChildPermissions(
                writes && writable ? read.plus(unshared) : read, Permissions.ALL.minus(unshared));
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    @Override
    public void close() throws BlockException {
        if (isDirty) {
            flushCaches();
            flushToDisk();
        }
    }
}
