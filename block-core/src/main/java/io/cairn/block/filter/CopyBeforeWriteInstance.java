package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Buffers;
import io.cairn.block.CancelScope;
import io.cairn.block.Node;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.ClusterMap.Span;
import io.cairn.block.filter.CopyBeforeWriteOptions.OnError;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open `copy-before-write` node.
///
/// A write first has the old data of its clusters copied, and waits for readers of the point in
/// time who still read them from the disk. From then on they are read from the target, so that the
/// write itself keeps nobody waiting.
final class CopyBeforeWriteInstance extends PassThrough implements CopyBeforeWrite {
    private final Node node;
    private final Child target;
    private final ClusterMap clusters;
    private final OnError onError;
    private final ClusterCopy copy;

    private volatile CancelScope scope = new CancelScope();
    private volatile boolean isBackup;

    CopyBeforeWriteInstance(
            Node node,
            Child file,
            Child target,
            ClusterMap clusters,
            CopyBeforeWriteOptions options) {
        super(file);
        this.node = node;
        this.target = target;
        this.clusters = clusters;
        this.onError = options.onError();
        this.copy = new ClusterCopy(node, file, target, clusters, options.timeoutSeconds());
    }

    // ---- the disk

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        if (!flags.unchanged()) {
            copyBefore(offset, src.remaining());
        }
        super.write(offset, src, flags);
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        if (!flags.unchanged()) {
            copyBefore(offset, length);
        }
        return super.writeZeroes(offset, length, flags);
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        copyBefore(offset, length);
        super.discard(offset, length);
    }

    private void copyBefore(long offset, long length) throws BlockException {
        CancelScope current = scope;
        if (!current.isCancelled()) {
            copy(current, offset, length);
        }
        clusters.awaitReaders(offset, length);
    }

    private void copy(CancelScope current, long offset, long length) throws BlockException {
        try {
            current.run(() -> copy.run(offset, length));
            clusters.overwrite(offset, length);
        } catch (BlockException e) {
            if (current.isCancelled()) {
                return;
            }
            if (onError == OnError.BREAK_GUEST_WRITE) {
                throw e;
            }
            clusters.breakUp();
        }
    }

    /// The guest does not wait for the target.
    @Override
    public boolean flushes(Child child) {
        return child != target;
    }

    /// Nobody else may write to the disk once the node is in use, and the disk keeps its length;
    /// the target is ours to write, and others may do so at their own risk.
    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        if (!child.name().equals("file")) {
            return new ChildPermissions(
                    Permissions.of(Permission.WRITE), Permissions.ALL.minus(Permission.RESIZE));
        }
        if (!node.hasParents()) {
            return new ChildPermissions(Permissions.NONE, Permissions.ALL);
        }
        Permissions own =
                needed.has(Permission.WRITE) ? needed.plus(Permission.CONSISTENT_READ) : needed;
        return new ChildPermissions(own, shared.minus(Permission.WRITE).minus(Permission.RESIZE));
    }

    /// The name of the disk: it is read and written through the node as it is.
    @Override
    public Optional<String> exactFilename() {
        return Optional.of(file().node().filename());
    }

    /// What the target occupies is not the disk's.
    @Override
    public long allocatedLength() {
        return file().allocatedLength();
    }

    @Override
    public void close() {
        copy.awaitStragglers();
    }

    // ---- for a backup

    @Override
    public long clusterSize() {
        return clusters.clusterSize();
    }

    @Override
    public long nextMissing(long offset) {
        return clusters.nextMissing(offset);
    }

    @Override
    public long uncopied() {
        return clusters.uncopied();
    }

    @Override
    public long missing() {
        return clusters.missing();
    }

    @Override
    public long readable() {
        return isBackup ? clusters.all() : clusters.readable();
    }

    @Override
    public long overwritten() {
        return clusters.overwritten();
    }

    @Override
    public @Nullable CopyFailure copy(long offset, long length) {
        return copy.tryRun(offset, length);
    }

    @Override
    public void forget(long offset, long length) {
        clusters.forget(offset, length);
    }

    @Override
    public void restart() {
        clusters.restart();
    }

    @Override
    public void compress() {
        copy.compress();
    }

    @Override
    public void copyInside(CancelScope newScope) {
        scope = newScope;
        isBackup = true;
    }

    @Override
    public void flushTarget() throws BlockException {
        target.flush();
    }

    // ---- the point in time

    @Override
    public void readSnapshot(long offset, ByteBuffer dst) throws BlockException {
        int count = dst.remaining();
        for (int done = 0; done < count; ) {
            Span span = clusters.beginRead(offset + done, count - done);
            int n = (int) span.length();
            try {
                source(span).read(span.offset(), Buffers.slice(dst, done, n));
            } finally {
                clusters.endRead(span);
            }
            done += n;
        }
    }

    @Override
    public BlockStatus snapshotStatus(long offset, long length) throws BlockException {
        Span span = clusters.beginRead(offset, length);
        try {
            return source(span).status(offset, span.length(), true);
        } finally {
            clusters.endRead(span);
        }
    }

    private Child source(Span span) {
        return span.isCopied() ? target : file();
    }

    @Override
    public void discardSnapshot(long offset, long length) throws BlockException {
        Span gone = clusters.forget(offset, length);
        if (gone != null) {
            target.discard(gone.offset(), gone.length());
        }
    }
}
