package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.PointInTime;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open `snapshot-access` node. Its length is that of the disk when it was opened.
final class SnapshotAccessInstance extends DriverInstance {
    private final Child file;
    private final PointInTime snapshot;
    private final long length;

    SnapshotAccessInstance(Child file) {
        this.file = file;
        this.snapshot = file.pointInTime();
        this.length = file.length();
    }

    @Override
    public boolean supportsReopen() {
        return false;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Mapping map(long offset, long count) {
        return new Mapping.Opaque(null, count);
    }

    /// As with the peer, what is known to be data or zeroes counts as the node's own.
    @Override
    public Mapping mapForStatus(long offset, long count, boolean wantZero) throws BlockException {
        return new Mapping.Told(snapshot.snapshotStatus(offset, count).asAnswered());
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        snapshot.readSnapshot(offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }

    @Override
    public void discard(long offset, long count) throws BlockException {
        snapshot.discardSnapshot(offset, count);
    }

    /// Nothing is asked of the disk as it is now.
    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return new ChildPermissions(Permissions.NONE, Permissions.ALL);
    }

    /// The name of the node whose past is shown.
    @Override
    public Optional<String> exactFilename() {
        return Optional.of(file.node().filename());
    }

    @Override
    public void close() {}
}
