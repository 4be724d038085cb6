package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.spi.Pin;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open qcow2 node.
final class Qcow2Instance extends DriverInstance {
    private static final int SECTOR = 512;

    private final Qcow2Image image;
    private final ClusterMapper mapper;

    private Qcow2Instance(Qcow2Image image) {
        this.image = image;
        this.mapper = new ClusterMapper(image);
    }

    static Qcow2Instance open(
            OpenContext context, Child file, Qcow2Header header, RuntimeOptions options)
            throws BlockException {
        CacheSizes caches = CacheSizes.of(options.caches(), header.geometry(), header.size());
        return new Qcow2Instance(
                Qcow2Image.open(
                        file, header, caches, context.events(), !context.flags().readOnly()));
    }

    @Override
    public long length() {
        return image.header().size() & -SECTOR;
    }

    @Override
    public Limits limits(Limits inherited) {
        int clusterSize = image.geometry().clusterSize();
        return Limits.NONE.withZeroes(clusterSize, 0).withDiscard(clusterSize, 0);
    }

    @Override
    public Pin pin() {
        return image.pin();
    }

    @Override
    public Mapping map(long offset, long length) throws BlockException {
        image.lock();
        try {
            return mapper.map(offset, length, false);
        } finally {
            image.unlock();
        }
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }

    @Override
    public boolean hasZeroInit() {
        return true;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFormat(child.roles(), needed, shared, writable);
    }

    @Override
    public Optional<BackingReference> backingReference() {
        return Optional.ofNullable(image.header().backing());
    }

    @Override
    public void close() {}
}
