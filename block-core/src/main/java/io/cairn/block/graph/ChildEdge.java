package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.ChildRole;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.PageSink;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.FrozenChain;
import io.cairn.block.spi.PointInTime;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// An edge of the graph: the use of one node by one parent, with a name, roles and permissions.
///
/// The node, the permissions and the frozen state change only under the graph's writer lock, and
/// the node only while it is drained; I/O reads them without a lock.
public final class ChildEdge implements Child {
    private final String name;
    private final Set<ChildRole> roles;
    private final Parent parent;

    private volatile BlockNode node;
    private volatile Permissions needed = Permissions.NONE;
    private volatile Permissions shared = Permissions.ALL;
    private int frozen;

    ChildEdge(String name, Set<ChildRole> roles, Parent parent, BlockNode node) {
        this.name = name;
        this.roles = Set.copyOf(roles);
        this.parent = parent;
        this.node = node;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<ChildRole> roles() {
        return roles;
    }

    @Override
    public BlockNode node() {
        return node;
    }

    /// The node above; empty for a front end's edge.
    public Optional<BlockNode> parentNode() {
        return parent instanceof BlockNode above ? Optional.of(above) : Optional.empty();
    }

    /// What the parent may do to the node.
    public Permissions needed() {
        return needed;
    }

    /// What the parent lets others do to the node.
    public Permissions shared() {
        return shared;
    }

    /// True while a job forbids replacing the node at this edge.
    public boolean isFrozen() {
        return frozen > 0;
    }

    /// Throws `EPERM` if a job forbids replacing the node at this edge.
    void requireNotFrozen() throws BlockException {
        if (isFrozen()) {
            throw new BlockException(
                    Errno.EPERM,
                    "Cannot change frozen '"
                            + name
                            + "' link from "
                            + parentNode().map(above -> "'" + above.name() + "'").orElse("")
                            + " to '"
                            + node.name()
                            + "'");
        }
    }

    /// Throws `EPERM` if the node at this edge is there only for a while.
    void requireLasting() throws BlockException {
        if (node.driverInstance().isTemporary()) {
            throw new BlockException(
                    Errno.EPERM, "Cannot freeze '" + name + "' link to '" + node.name() + "'");
        }
    }

    /// True if the node was opened through its parent's options, and takes those that it was not
    /// given from there.
    boolean inherits() {
        return parent instanceof BlockNode above && node.openedBy() == above;
    }

    Parent parent() {
        return parent;
    }

    void freeze(boolean on) {
        frozen += on ? 1 : -1;
    }

    void setPermissions(Permissions need, Permissions share) {
        needed = need;
        shared = share;
    }

    /// Leads to another node, unless the transaction is aborted. Both nodes are drained meanwhile.
    void lead(BlockNode replacement, GraphTransaction transaction) throws BlockException {
        requireNotFrozen();
        BlockNode old = node;
        leadTo(replacement);
        transaction.onAbort(() -> leadTo(old));
    }

    private void leadTo(BlockNode other) {
        node.removeParent(this);
        node = other;
        other.addParent(this);
    }

    @Override
    public long length() {
        return node.io().length();
    }

    @Override
    public Limits limits() {
        return node.io().limits();
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        node.io().read(offset, dst);
    }

    @Override
    public boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        return node.io().readPages(offset, length, sink);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        requireWrite(flags);
        requireInside(offset, src.remaining());
        node.io().write(offset, src, flags);
    }

    @Override
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        return node.driverInstance().pack(src, packed);
    }

    @Override
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        requireWrite(WriteFlags.NONE);
        requireInside(offset, length);
        node.io().writePacked(offset, length, packed);
    }

    @Override
    public boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length)
            throws BlockException {
        requireWrite(WriteFlags.NONE);
        requireInside(offset, length);
        return node.io().copy().receive(storage, storageOffset, offset, length);
    }

    /// Copies a range of the node to another inside the host; false if that cannot be done.
    boolean copyTo(long offset, long length, CopyTarget target) throws BlockException {
        return node.io().copy().send(offset, length, target);
    }

    void makeEmpty() throws BlockException {
        requireWrite(WriteFlags.NONE.withUnchanged(true));
        node.io().makeEmpty();
    }

    void changeBackingReference(@Nullable BackingReference reference) throws BlockException {
        requireWrite(WriteFlags.NONE);
        node.unfiltered().io().changeBackingReference(reference);
    }

    @Override
    public void writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        requireWrite(flags);
        requireInside(offset, length);
        node.io().zeroes().writeZeroes(offset, length, passedOn(flags));
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        requireWrite(WriteFlags.NONE);
        node.io().zeroes().discard(offset, length);
    }

    @Override
    public void flush() throws BlockException {
        node.io().flush();
    }

    @Override
    public BlockStatus status(long offset, long length, boolean wantZero) throws BlockException {
        return node.io().status(offset, length, wantZero);
    }

    @Override
    public BlockStatus chainStatus(
            long offset, long length, @Nullable Node bottom, boolean wantZero)
            throws BlockException {
        BlockNode base = bottom instanceof BlockNode last ? ChainStatus.below(last) : null;
        return ChainStatus.above(node, base, offset, length, wantZero).status();
    }

    @Override
    public void allowSerialising() throws BlockException {
        try (BlockGraph.Drain _ = node.graph().drain(node)) {
            node.io().allowCopyOnRead();
        }
    }

    @Override
    public void readCopying(long offset, ByteBuffer dst) throws BlockException {
        requireWrite(CopyOnRead.UNCHANGED);
        node.io().readCopying(offset, dst);
    }

    @Override
    public void prefetch(long offset, int length) throws BlockException {
        requireWrite(CopyOnRead.UNCHANGED);
        node.io().prefetch(offset, length);
    }

    @Override
    public PointInTime pointInTime() {
        return new SnapshotGate(this);
    }

    @Override
    public boolean hasInChain(Node other) {
        BlockNode below = node;
        while (below != null && below != other) {
            below = ChainStatus.below(below);
        }
        return below != null;
    }

    @Override
    public FrozenChain freezeDownTo(Node bottom) throws BlockException {
        BlockNode base = bottom instanceof BlockNode last ? last : null;
        return new ChainChanges(node.graph()).freezeFrom(this, base);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return node.driverInstance().supportsCompressedWrites();
    }

    @Override
    public FormatInfo info() throws BlockException {
        return node.formatInfo();
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        if (!needed.has(Permission.RESIZE)) {
            throw new BlockException(Errno.EPERM, "Node '" + node.name() + "' may not be resized")
                    .atNode(node.name());
        }
        node.io().truncate(length, exact, preallocation, zeroNew);
    }

    @Override
    public long allocatedLength() {
        return node.allocatedLength();
    }

    @Override
    public boolean supportsFua() {
        return node.driverInstance().supportsFua();
    }

    @Override
    public boolean hasZeroInit() {
        return node.hasZeroInit();
    }

    @Override
    public void debugEvent(DebugEvent event) throws BlockException {
        node.io().debugEvent(event);
    }

    private void requireWrite(WriteFlags flags) throws BlockException {
        Permissions have = needed;
        if (!have.has(Permission.WRITE)
                && !(flags.unchanged() && have.has(Permission.WRITE_UNCHANGED))) {
            throw new BlockException(Errno.EPERM, Errno.EPERM.text()).atNode(node.name());
        }
    }

    /// What a node passes on is unmapped only if the child is open for that. A front end that asks
    /// for it means it, as with the peer.
    private WriteFlags passedOn(WriteFlags flags) {
        boolean mayUnmap = parent instanceof BlockBackend || node.flags().unmap();
        return flags.mayUnmap() && !mayUnmap ? flags.withMayUnmap(false) : flags;
    }

    private void requireInside(long offset, long length) throws BlockException {
        if (offset > node.io().length() - length && !needed.has(Permission.RESIZE)) {
            throw new BlockException(Errno.EIO, Errno.EIO.text()).atNode(node.name());
        }
    }

    @Override
    public String toString() {
        return parent.description() + " -" + name + "-> " + node.name();
    }
}
