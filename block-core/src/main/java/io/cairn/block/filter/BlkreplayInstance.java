package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import java.nio.ByteBuffer;

/// An open `blkreplay` node.
final class BlkreplayInstance extends DriverInstance {
    private final Child image;

    BlkreplayInstance(Child image) {
        this.image = image;
    }

    @Override
    public long length() {
        return image.length();
    }

    @Override
    public boolean hasVariableLength() {
        return true;
    }

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Through(image, offset, length);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        image.write(offset, src, flags);
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        image.writeZeroes(offset, length, flags);
        return true;
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        image.discard(offset, length);
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        image.truncate(length, exact, preallocation, zeroNew);
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFilter(needed, shared);
    }

    @Override
    public void close() {}
}
