package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// An open filter that hands every request to its one child; a filter overrides what it does
/// otherwise. Compressed writes pass if the filter says that it supports them.
public abstract class PassThrough extends DriverInstance {
    private final Child file;

    protected PassThrough(Child file) {
        this.file = file;
    }

    /// The child whose data the filter shows.
    protected final Child file() {
        return file;
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
    public Mapping map(long offset, long length) {
        return new Mapping.Through(file, offset, length);
    }

    /// The child unless the filter reads by itself.
    @Override
    public @Nullable Child shown() {
        return readsItself() ? null : file;
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        file.write(offset, src, flags);
    }

    @Override
    public void writeCompressed(long offset, ByteBuffer src) throws BlockException {
        file.write(offset, src, WriteFlags.COMPRESSED);
    }

    @Override
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        return file.pack(src, packed);
    }

    @Override
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        file.writePacked(offset, length, packed);
    }

    @Override
    public boolean supportsFua() {
        return file.supportsFua();
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        file.writeZeroes(offset, length, flags);
        return true;
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        file.discard(offset, length);
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        file.truncate(length, exact, preallocation, zeroNew);
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFilter(needed, shared);
    }

    @Override
    public void close() throws BlockException {}
}
