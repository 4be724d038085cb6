package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.PageSink;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Prefetching;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.throttle.Direction;
import io.cairn.block.throttle.ThrottleMember;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What a front end (tool, export, guest device, job) holds: the root edge to a node, and the queue
/// of requests while that node is drained.
///
/// All calls block and may come from many threads at once. Offsets and lengths are bytes of the
/// disk; buffers are direct, used from position to limit without moving either, and not kept.
/// Requests beyond the disk's end fail with `EIO`.
public final class BlockBackend implements Parent, AutoCloseable {
    /// Hears that the disk's length has changed. Called on the thread that changed it.
    @FunctionalInterface
    public interface ResizeListener {
        void resized(long length);
    }

    /// Is told of drains in place of the queue, for a user that stops by itself: a job. Called
    /// under the drain lock but for the last.
    public interface DrainListener {
        /// Nothing new may be submitted. Calls nest and do not wait.
        void drainBegun();

        /// Ends one {@link #drainBegun}.
        void drainEnded();

        /// Waits until nothing will be submitted.
        void awaitQuiet();
    }

    /// What a job uses a node for.
    ///
    /// @param id the job's name, empty for one of which users are not told
    /// @param job what messages call the job
    /// @param role what they call the node
    /// @param listener the same for all nodes that a job uses
    public record JobUse(String id, String job, String role, DrainListener listener) {}

    private final BlockGraph graph;
    private final String name;
    private final @Nullable JobUse use;
    private final InFlight inFlight = new InFlight();
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition opened = gate.newCondition();
    private final CopyOnWriteArrayList<ResizeListener> listeners = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Runnable> detachListeners = new CopyOnWriteArrayList<>();

    private final AtomicInteger quiesced = new AtomicInteger();

    private volatile @Nullable ChildEdge root;
    private volatile boolean writeThrough;
    private volatile @Nullable Accounting accounting;
    private volatile @Nullable ThrottleMember throttle;
    private volatile String ownerName = "";
    private volatile @Nullable String thread;

    BlockBackend(BlockGraph graph, String name) {
        this(graph, name, null);
    }

    BlockBackend(BlockGraph graph, String name, @Nullable JobUse use) {
        this.graph = graph;
        this.name = name;
        this.use = use;
    }

    /// True for a job's backend, which stays where it is when its node is replaced for others.
    boolean staysAtNode() {
        return use != null;
    }

    /// What a job uses the backend for; empty for a front end's.
    public Optional<JobUse> jobUse() {
        return Optional.ofNullable(use);
    }

    /// The backend's name, empty if it has none.
    public String name() {
        return name;
    }

    /// The graph in which the root node lives.
    public BlockGraph graph() {
        return graph;
    }

    /// The root node.
    ///
    /// @throws IllegalStateException if none is attached
    public BlockNode node() {
        ChildEdge edge = root;
        if (edge == null) {
            throw new IllegalStateException("no node is attached");
        }
        return edge.node();
    }

    /// The edge to the root node, or null.
    public @Nullable ChildEdge root() {
        return root;
    }

    /// The thread by whose name the front end's requests go, to which all nodes that it reaches are
    /// bound; the empty name is the main thread's. Empty for a front end that does not mind.
    Optional<String> thread() {
        return Optional.ofNullable(thread);
    }

    /// Binds the front end to a thread, or unbinds it.
    ///
    /// @param name what {@link #thread} says from now on; null for no thread
    public void bindThread(@Nullable String name) {
        thread = name;
    }

    /// Attaches a root node, taking the given permissions.
    public void attach(BlockNode node, Permissions needed, Permissions shared)
            throws BlockException {
        graph.locked(() -> {
            ChildEdge edge =
                    new ChildEdge(
                            use == null ? "root" : use.role(),
                            Set.of(ChildRole.PRIMARY),
                            this,
                            node);
            edge.setPermissions(needed, shared);
            graph.link(edge);
            root = edge;
            graph.attached(this);
            return edge;
        });
    }

    /// Has another node for its root from now on, with the permissions that it has.
    public void replaceNode(BlockNode replacement) throws BlockException {
        graph.locked(() -> {
            ChildEdge edge = root;
            if (edge == null) {
                throw new IllegalStateException("no node is attached");
            }
            graph.replace(edge, replacement);
            return replacement;
        });
    }

    /// Lets the root node go, after it was drained.
    public void detach() {
        ChildEdge edge = root;
        if (edge == null) {
            return;
        }
        detachListeners.forEach(Runnable::run);
        try (BlockGraph.Drain _ = graph.drain(edge.node())) {
            graph.locked(() -> {
                root = null;
                graph.detached(this);
                graph.unlink(edge);
                return edge;
            });
        } catch (BlockException e) {
            throw new AssertionError(e);
        }
    }

    /// Has somebody hear, on the thread that does it, that the node is about to be detached.
    public void addDetachListener(Runnable listener) {
        detachListeners.add(listener);
    }

    public void removeDetachListener(Runnable listener) {
        detachListeners.remove(listener);
    }

    /// Changes the permissions that the backend takes, or leaves them as they are and throws.
    public void setPermissions(Permissions needed, Permissions shared) throws BlockException {
        graph.locked(() -> {
            ChildEdge edge = rootEdge();
            Permissions oldNeeded = edge.needed();
            Permissions oldShared = edge.shared();
            try (GraphTransaction transaction = new GraphTransaction()) {
                edge.setPermissions(needed, shared);
                transaction.onAbort(() -> edge.setPermissions(oldNeeded, oldShared));
                PermissionUpdate.prepare(transaction, List.of(edge.node()));
                transaction.commit();
            }
            return edge;
        });
    }

    /// With true every write is on stable storage when it returns (`cache.writeback=off`).
    public void setWriteThrough(boolean on) {
        writeThrough = on;
    }

    /// True if every write is on stable storage when it returns.
    public boolean isWriteThrough() {
        return writeThrough;
    }

    /// Counts the requests of the front end that this backend belongs to, which makes them through
    /// the result from now on.
    public AccountedBackend account(Accounting newAccounting) {
        accounting = newAccounting;
        return new AccountedBackend(this, newAccounting);
    }

    /// Where the requests of the front end are counted, if they are.
    public Optional<Accounting> accounting() {
        return Optional.ofNullable(accounting);
    }

    /// Has requests wait for their turn in a throttle group, or in none.
    ///
    /// @param member which the backend owns from now on; the one before it is closed
    public void setThrottle(@Nullable ThrottleMember member) {
        ThrottleMember old;
        gate.lock();
        try {
            old = throttle;
            if (member != null) {
                for (int i = quiesced.get(); i > 0; i--) {
                    member.beginBypass();
                }
            }
            throttle = member;
        } finally {
            gate.unlock();
        }
        if (old != null) {
            old.close();
        }
    }

    /// Where requests wait for their turn, if they do.
    public Optional<ThrottleMember> throttle() {
        return Optional.ofNullable(throttle);
    }

    /// What users call the front end that owns a backend without a name; empty if nobody does.
    public void setOwnerName(String newName) {
        ownerName = newName;
    }

    /// What users call the backend, or the front end that owns it; empty if nobody does.
    public String shownName() {
        return name.isEmpty() ? ownerName : name;
    }

    private void admit(Direction direction, long bytes) throws BlockException {
        ThrottleMember member = throttle;
        if (member != null) {
            member.admit(direction, bytes);
        }
    }

    /// Hears of changes of the length from now on.
    public void addResizeListener(ResizeListener listener) {
        listeners.add(listener);
    }

    // ---- requests

    /// The disk's length in bytes, a multiple of 512.
    public long length() {
        ChildEdge edge = root;
        return edge == null ? 0 : edge.length();
    }

    /// What the root node asks of requests.
    public Limits limits() {
        return node().limits();
    }

    /// Reads `dst.remaining()` bytes.
    public void read(long offset, ByteBuffer dst) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, dst.remaining());
            admit(Direction.READ, dst.remaining());
            edge.read(offset, dst);
        } finally {
            inFlight.leave();
        }
    }

    /// Has the root node copy what a read of a range would copy, for a caller who does not look at
    /// the data. Waits for drains as any request.
    ///
    /// @throws IllegalStateException if the root node is none that copies
    public void prefetch(long offset, int length) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            if (!(edge.node().driverInstance() instanceof Prefetching copier)) {
                throw new IllegalStateException(edge.node().name() + " does not copy");
            }
            copier.prefetch(offset, length);
        } finally {
            inFlight.leave();
        }
    }

    /// Puts a range into a sink without a copy, where every node on the way allows it. If false is
    /// returned, or on a failure, the sink is of no further use.
    public boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            return edge.readPages(offset, length, sink);
        } finally {
            inFlight.leave();
        }
    }

    /// Writes `src.remaining()` bytes.
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, src.remaining());
            admit(Direction.WRITE, src.remaining());
            edge.write(offset, src, writeThrough ? flags.withFua(true) : flags);
        } finally {
            inFlight.leave();
        }
    }

    /// Packs a cluster as the root node stores it; see {@link DriverInstance#pack}.
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        ChildEdge edge = enter();
        try {
            return edge.pack(src, packed);
        } finally {
            inFlight.leave();
        }
    }

    /// Stores a cluster that {@link #pack} packed.
    ///
    /// @param length the guest's bytes
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            admit(Direction.WRITE, length);
            edge.writePacked(offset, length, packed);
        } finally {
            inFlight.leave();
        }
    }

    /// Copies a range of another disk into this one inside the host, without passing through
    /// memory. False if that cannot be done; the range is then as it was, or part of it has that
    /// data, and is to be read and written.
    public boolean copyFrom(BlockBackend source, long sourceOffset, long offset, long length)
            throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            if (!source.copyTo(sourceOffset, length, new CopyTarget(edge, offset))) {
                return false;
            }
            if (writeThrough) {
                edge.flush();
            }
            return true;
        } finally {
            inFlight.leave();
        }
    }

    private boolean copyTo(long offset, long length, CopyTarget target) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            return edge.copyTo(offset, length, target);
        } finally {
            inFlight.leave();
        }
    }

    /// Makes a range read as zeroes.
    public void writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            admit(Direction.WRITE, length);
            edge.writeZeroes(offset, length, writeThrough ? flags.withFua(true) : flags);
        } finally {
            inFlight.leave();
        }
    }

    /// Gives a range back.
    public void discard(long offset, long length) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            admit(Direction.WRITE, length);
            edge.discard(offset, length);
        } finally {
            inFlight.leave();
        }
    }

    /// Returns when all writes that completed before are on stable storage.
    public void flush() throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.flush();
        } finally {
            inFlight.leave();
        }
    }

    /// What the root node alone knows of a range.
    public BlockStatus status(long offset, long length, boolean wantZero) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            return edge.status(offset, length, wantZero);
        } finally {
            inFlight.leave();
        }
    }

    /// What the root node and the chain below it know of a range; see {@link ChainStatus#above}.
    public ChainStatus chainStatus(long offset, long length, boolean wantZero)
            throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            return ChainStatus.above(edge.node(), null, offset, length, wantZero);
        } finally {
            inFlight.leave();
        }
    }

    /// Drops all data of the root node, so that its backing shows through everywhere, which is to
    /// hold the same: so the permission to write what is there already will do.
    public void makeEmpty() throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.makeEmpty();
        } finally {
            inFlight.leave();
        }
    }

    /// Records another backing file in the image that the root node is or shows.
    ///
    /// @param reference null for no backing file
    public void changeBackingReference(@Nullable BackingReference reference) throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.changeBackingReference(reference);
        } finally {
            inFlight.leave();
        }
    }

    /// What the layer that shows through tells of a range; see {@link ChainStatus#visible}.
    public ChainStatus visibleStatus(long offset, long length) throws BlockException {
        ChildEdge edge = enter();
        try {
            requireInside(edge, offset, length);
            return ChainStatus.visible(edge.node(), offset, length);
        } finally {
            inFlight.leave();
        }
    }

    /// Sets the disk's length.
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.truncate(length, exact, preallocation, zeroNew);
        } finally {
            inFlight.leave();
        }
    }

    /// Reads from the image's area for machine state.
    public void readVmState(long offset, ByteBuffer dst) throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.node().unfiltered().driverInstance().readVmState(offset, dst);
        } finally {
            inFlight.leave();
        }
    }

    /// Writes to the image's area for machine state.
    public void writeVmState(long offset, ByteBuffer src) throws BlockException {
        ChildEdge edge = enter();
        try {
            edge.node().unfiltered().driverInstance().writeVmState(offset, src);
            if (writeThrough) {
                edge.flush();
            }
        } finally {
            inFlight.leave();
        }
    }

    private ChildEdge rootEdge() throws BlockException {
        ChildEdge edge = root;
        if (edge == null) {
            throw new BlockException(Errno.ENOMEDIUM, Errno.ENOMEDIUM.text());
        }
        return edge;
    }

    /// Counts a request in, after any drain has ended.
    private ChildEdge enter() throws BlockException {
        inFlight.enter();
        while (quiesced.get() > 0) {
            inFlight.leave();
            awaitOpen();
            inFlight.enter();
        }
        try {
            return rootEdge();
        } catch (BlockException e) {
            inFlight.leave();
            throw e;
        }
    }

    private void awaitOpen() {
        gate.lock();
        try {
            while (quiesced.get() > 0) {
                opened.awaitUninterruptibly();
            }
        } finally {
            gate.unlock();
        }
    }

    private static void requireInside(ChildEdge edge, long offset, long length)
            throws BlockException {
        if (offset < 0 || length < 0 || offset > edge.length() - length) {
            throw new BlockException(Errno.EIO, Errno.EIO.text());
        }
    }

    // ---- as a parent

    @Override
    public String description() {
        if (use != null) {
            return use.job();
        }
        String shown = shownName();
        return shown.isEmpty() ? "an unnamed block device" : "block device '" + shown + "'";
    }

    @Override
    public void quiesce(ChildEdge edge) {
        if (use != null) {
            use.listener().drainBegun();
            return;
        }
        gate.lock();
        try {
            quiesced.getAndIncrement();
            ThrottleMember member = throttle;
            if (member != null) {
                member.beginBypass();
            }
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void resume(ChildEdge edge) {
        if (use != null) {
            use.listener().drainEnded();
            return;
        }
        gate.lock();
        try {
            ThrottleMember member = throttle;
            if (member != null) {
                member.endBypass();
            }
            if (quiesced.decrementAndGet() == 0) {
                opened.signalAll();
            }
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void awaitIdle(ChildEdge edge) {
        if (use != null) {
            use.listener().awaitQuiet();
        }
        inFlight.awaitIdle();
    }

    @Override
    public void childResized(ChildEdge edge) {
        for (ResizeListener listener : listeners) {
            listener.resized(edge.length());
        }
    }

    /// Detaches the root node.
    @Override
    public void close() {
        detach();
    }
}
