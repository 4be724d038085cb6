package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// An open vvfat node.
final class VvfatInstance extends DriverInstance {
    private final Disk disk;
    private final boolean rw;
    private final Options identity;

    /// Requests share it; a commit has it alone.
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    VvfatInstance(Volume volume, Options identity, boolean rw) throws BlockException {
        this.disk = new Disk(volume, rw ? Overlay.create() : null);
        this.rw = rw;
        this.identity = identity;
    }

    @Override
    public long length() {
        return disk.geometry().diskBytes();
    }

    @Override
    public Limits limits(Limits inherited) {
        return inherited.withRequestAlignment(
                Math.max(Geometry.SECTOR, inherited.requestAlignment()));
    }

    @Override
    public long allocatedLength() {
        return UNKNOWN;
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    /// All of the disk is data, wherever that comes from.
    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(null, length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        lock.readLock().lock();
        try {
            disk.read(offset, dst);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        lock.readLock().lock();
        try {
            disk.overlay().write(offset, src);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        lock.readLock().lock();
        try {
            return disk.overlay().zero(offset, length);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Brings what was written into the files, unless it is a change half made: that waits for a
    /// later flush.
    @Override
    public void flushToDisk() throws BlockException {
        try {
            commit();
        } catch (CorruptImageException _) {
            // The guest is not done yet.
        }
    }

    private void commit() throws BlockException {
        lock.writeLock().lock();
        try {
            if (disk.isDirty()) {
                Commit.run(disk);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        if (!rw && !context.flags().readOnly() && !context.flags().autoReadOnly()) {
            throw new BlockException(Errno.EACCES, "Image is read-only");
        }
        return Prepared.NOTHING;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        throw new IllegalStateException("a vvfat node has no children");
    }

    /// Brings what was written into the files; what cannot be is lost, and the failure says so.
    @Override
    public void close() throws BlockException {
        try (disk) {
            commit();
        }
    }
}
