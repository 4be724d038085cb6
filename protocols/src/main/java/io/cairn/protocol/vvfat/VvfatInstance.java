package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import java.nio.ByteBuffer;

/// An open vvfat node.
final class VvfatInstance extends DriverInstance {
    private final Volume volume;
    private final Options identity;

    VvfatInstance(Volume volume, Options identity, boolean rw) {
        this.volume = volume;
        this.identity = identity;
    }

    @Override
    public long length() {
        return volume.geometry().diskBytes();
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
        volume.read(offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        throw new BlockException(Errno.EACCES, Errno.EACCES.text());
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        throw new IllegalStateException("a vvfat node has no children");
    }

    @Override
    public void close() throws BlockException {
        volume.close();
    }
}
