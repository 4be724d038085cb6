package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Buffers;
import io.cairn.block.Node;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.FrozenChain;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prefetching;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// An open `copy-on-read` node.
final class CopyOnReadInstance extends PassThrough implements Prefetching {
    private final @Nullable Node bottom;
    private final FrozenChain frozen;

    /// @param bottom the last node that is copied from, null for the chain's end
    /// @param frozen the chain down to it, let go when the node is closed
    CopyOnReadInstance(Child file, @Nullable Node bottom, FrozenChain frozen) {
        super(file);
        this.bottom = bottom;
        this.frozen = frozen;
    }

    /// Only a read by the driver itself copies.
    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(new Mapping.Through(file(), offset, length), length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        if (bottom == null) {
            file().readCopying(offset, dst);
            return;
        }
        int count = dst.remaining();
        for (int done = 0; done < count; ) {
            BlockStatus status = file().chainStatus(offset + done, count - done, bottom, false);
            int n = known(status, count - done);
            ByteBuffer part = Buffers.slice(dst, done, n);
            if (status.allocated()) {
                file().readCopying(offset + done, part);
            } else {
                file().read(offset + done, part);
            }
            done += n;
        }
    }

    @Override
    public void prefetch(long offset, int length) throws BlockException {
        if (bottom == null) {
            file().prefetch(offset, length);
            return;
        }
        for (int done = 0; done < length; ) {
            BlockStatus status = file().chainStatus(offset + done, length - done, bottom, false);
            int n = known(status, length - done);
            if (status.allocated()) {
                file().prefetch(offset + done, n);
            }
            done += n;
        }
    }

    private static int known(BlockStatus status, int asked) {
        return status.length() == 0 ? asked : (int) Math.min(status.length(), asked);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return true;
    }

    /// Writing what is there already is needed however the filter itself is used.
    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFilter(needed.plus(Permission.WRITE_UNCHANGED), shared);
    }

    @Override
    public void close() {
        frozen.close();
    }
}
