package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// An open `replication` node.
final class ReplicationInstance extends DriverInstance implements Replication {
    private static final Permissions SHARED =
            Permissions.of(
                    Permission.CONSISTENT_READ, Permission.WRITE, Permission.WRITE_UNCHANGED);

    private final Child file;
    private final ReplicationOptions options;

    private volatile Stage stage = Stage.NONE;
    private volatile boolean failed;
    private volatile @Nullable Disks disks;
    private volatile Runnable closed = () -> {};

    ReplicationInstance(Child file, ReplicationOptions options) {
        this.file = file;
        this.options = options;
    }

    // ---- for those who start and stop it

    @Override
    public Mode mode() {
        return options.mode();
    }

    @Override
    public @Nullable String topName() {
        return options.topName();
    }

    @Override
    public Stage stage() {
        return stage;
    }

    @Override
    public void enter(Stage next) {
        stage = next;
    }

    @Override
    public boolean hasFailed() {
        return failed;
    }

    @Override
    public void setFailed(boolean on) {
        failed = on;
    }

    @Override
    public void setDisks(@Nullable Disks beside) {
        disks = beside;
    }

    @Override
    public void whenClosed(Runnable listener) {
        closed = listener;
    }

    // ---- requests

    /// What the child knows is told at any stage; its data only through {@link #read}.
    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(new Mapping.Through(file, offset, length), length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        if (mode() == Mode.PRIMARY || stage == Stage.NONE) {
            throw notRunning();
        }
        file.read(offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        Stage now = stage;
        if (now == Stage.NONE || (mode() == Mode.PRIMARY && now != Stage.RUNNING)) {
            throw notRunning();
        }
        if (mode() == Mode.PRIMARY) {
            forward(offset, src, flags);
        } else if (now == Stage.FAILOVER_FAILED) {
            writeWhereHeld(offset, src, flags);
        } else {
            file.write(offset, src, flags);
        }
    }

    private static BlockException notRunning() {
        return new BlockException(Errno.EIO, Errno.EIO.text());
    }

    /// The other side's failure is not the guest's.
    private void forward(long offset, ByteBuffer src, WriteFlags flags) {
        try {
            file.write(offset, src, flags);
        } catch (BlockException e) {
            failed = true;
        }
    }

    /// Part of the disk may have been written to the secondary disk already, and part of it not:
    /// what is above that disk still hides it.
    private void writeWhereHeld(long offset, ByteBuffer src, WriteFlags flags)
            throws BlockException {
        Disks beside = disks;
        if (beside == null) {
            file.write(offset, src, flags);
            return;
        }
        int count = src.remaining();
        for (int done = 0; done < count; ) {
            BlockStatus status =
                    file.chainStatus(offset + done, count - done, beside.hidden().node(), false);
            int n =
                    status.length() == 0
                            ? count - done
                            : (int) Math.min(status.length(), count - done);
            Child holder = status.allocated() ? file : beside.secondary();
            holder.write(offset + done, Buffers.slice(src, done, n), flags);
            done += n;
        }
    }

    // ---- what it is

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

    /// The child is written whoever uses the node; the other disks are, too, and the job that does
    /// so is not the only one.
    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        Permissions own =
                child.name().equals("file")
                        ? Permissions.of(Permission.CONSISTENT_READ)
                        : Permissions.NONE;
        return new ChildPermissions(writable ? own.plus(Permission.WRITE) : own, SHARED);
    }

    /// What the disks beside the child occupy is not the node's.
    @Override
    public long allocatedLength() {
        return file.allocatedLength();
    }

    @Override
    public Options identityOptions() {
        return options.toOptions();
    }

    @Override
    public void close() {
        closed.run();
    }
}
