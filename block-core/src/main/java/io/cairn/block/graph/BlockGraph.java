package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.WarningSink;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.ChangingChildren;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.throttle.SteppedClock;
import io.cairn.block.throttle.ThrottleClock;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/// A graph of block nodes with its drivers, objects, events and policy: the root of everything that
/// is open.
///
/// Thread-safe. One thread at a time changes the graph; I/O goes on meanwhile except on the nodes
/// that a change drains.
public final class BlockGraph implements AutoCloseable {
    private final DriverRegistry drivers;
    private final FollowPolicy policy;
    private static final long STEPPED_LATENCY_NANOS = 1_000_000;

    private final ObjectRegistry objects = new ObjectRegistry();
    private final ReentrantLock writer = new ReentrantLock();
    private final Drains drains = new Drains(objects.throttleGroups());
    private final Random random = new Random();
    private final List<BlockBackend> backends = new CopyOnWriteArrayList<>();
    private final NamedBackends devices = new NamedBackends(this);

    // Guarded by the writer lock.
    private final Map<String, BlockNode> nodes = new LinkedHashMap<>();

    /// How many places nodes have taken.
    private long places;

    private long generatedNames;
    private Accounting.@Nullable Settings counting;

    private final List<EventSink> listeners = new CopyOnWriteArrayList<>();
    private volatile ThrottleClock clock = ThrottleClock.SYSTEM;
    private volatile WarningSink warnings = WarningSink.NONE;
    private volatile boolean isForMachine;
    private volatile @Nullable BlockException closeFailure;

    /// A graph that follows no name found in an image.
    public BlockGraph(DriverRegistry drivers) {
        this(drivers, FollowPolicy.NOTHING);
    }

    public BlockGraph(DriverRegistry drivers, FollowPolicy policy) {
        this.drivers = drivers;
        this.policy = policy;
    }

    /// The drivers that nodes are opened with.
    public DriverRegistry drivers() {
        return drivers;
    }

    /// The objects that options refer to.
    public ObjectRegistry objects() {
        return objects;
    }

    FollowPolicy followPolicy() {
        return policy;
    }

    /// Where nodes report what happens: to all who listen at that time.
    public EventSink events() {
        return event -> listeners.forEach(listener -> listener.emit(event));
    }

    /// Sends what happens here too from now on, after those who listened before.
    public void listen(EventSink listener) {
        listeners.add(listener);
    }

    /// Sends warnings here from now on.
    public void setWarningSink(WarningSink sink) {
        warnings = sink;
    }

    /// From now on nodes are disks of a machine, which gets no image of a kind that is kept for its
    /// conversion alone.
    public void serveMachine() {
        isForMachine = true;
    }

    boolean isForMachine() {
        return isForMachine;
    }

    /// Tells the user of a tool what went wrong or is unwise.
    public void warn(String message) {
        warnings.warn(message);
    }

    /// Counts time by another clock than the computer's; before there are nodes and objects.
    public void setClock(ThrottleClock newClock) {
        clock = newClock;
        objects.throttleGroups().setClock(newClock);
    }

    /// Counts requests by this graph's clock. On one that is stepped every request takes a
    /// millisecond, so that what is counted can be foretold.
    public Accounting newAccounting(Accounting.Settings settings) {
        return clock instanceof SteppedClock stepped
                ? new Accounting(settings, stepped::nanoTime, STEPPED_LATENCY_NANOS)
                : new Accounting(settings);
    }

    /// Has every node count its requests, those that are open and those that will be; a node that
    /// counts already goes on as it does.
    public void countRequests(Accounting.Settings settings) {
        writer.lock();
        try {
            counting = settings;
            nodes.values().forEach(this::startCounting);
        } finally {
            writer.unlock();
        }
    }

    /// Has a node count if all are to. The caller holds the writer lock.
    private void startCounting(BlockNode node) {
        Accounting.Settings settings = counting;
        if (settings != null && node.accounting().isEmpty()) {
            node.setAccounting(newAccounting(settings));
        }
    }

    // ---- opening and finding

    /// Opens a node that the monitor owns: it stays until {@link #remove}.
    public BlockNode add(OpenRequest request) throws BlockException {
        writer.lock();
        try {
            BlockNode node = new NodeOpener(this).open(request);
            node.setMonitorOwned(true);
            return node;
        } finally {
            writer.unlock();
        }
    }

    /// Removes a node that {@link #add} opened.
    public void remove(String name) throws BlockException {
        writer.lock();
        try {
            BlockNode node = nodes.get(name);
            if (node == null) {
                throw new BlockException(
                        Errno.ENOENT, "Failed to find node with node-name='" + name + "'");
            }
            if (!node.isMonitorOwned()) {
                throw new InvalidOptionException("Node " + name + " is not owned by the monitor");
            }
            node.requireUnblocked("remove");
            for (BlockNode overlay : node.overlays().reversed()) {
                throw new BlockException(
                        Errno.EBUSY,
                        "Node '"
                                + name
                                + "' is busy: node is used as backing hd of '"
                                + overlay.reference()
                                + "'");
            }
            if (!node.parents().isEmpty()) {
                boolean isFrontEnd =
                        node.parents().stream()
                                .anyMatch(edge -> edge.parent() instanceof BlockBackend);
                throw new BlockException(
                        Errno.EBUSY,
                        (isFrontEnd ? "Node " : "Block device ") + name + " is in use");
            }
            node.setMonitorOwned(false);
            releaseIfUnused(node);
        } finally {
            writer.unlock();
        }
    }

    /// Lets a node that {@link #add} opened live for as long as others use it, and no longer.
    public void disown(BlockNode node) {
        writer.lock();
        try {
            node.setMonitorOwned(false);
            releaseIfUnused(node);
        } finally {
            writer.unlock();
        }
    }

    /// Opens an image and a backend on it.
    ///
    /// @param needed what the caller will do
    /// @param shared what others may do meanwhile
    public BlockBackend open(OpenRequest request, Permissions needed, Permissions shared)
            throws BlockException {
        writer.lock();
        try {
            BlockNode node = new NodeOpener(this).open(request);
            BlockBackend backend = new BlockBackend(this, "");
            try {
                backend.attach(node, needed, shared);
            } finally {
                releaseIfUnused(node);
            }
            return backend;
        } finally {
            writer.unlock();
        }
    }

    /// A backend that has no node yet and that nobody knows by name.
    public BlockBackend newBackend() {
        return new BlockBackend(this, "");
    }

    /// A backend on a node that is open.
    public BlockBackend newBackend(
            String name, BlockNode node, Permissions needed, Permissions shared)
            throws BlockException {
        BlockBackend backend = new BlockBackend(this, name);
        backend.attach(node, needed, shared);
        return backend;
    }

    /// A backend of a job on a node that is open: it stays at the node when that is replaced for
    /// others, and its user stops by itself while the node is drained.
    public BlockBackend newJobBackend(
            BlockNode node, Permissions needed, Permissions shared, BlockBackend.JobUse use)
            throws BlockException {
        BlockBackend backend = new BlockBackend(this, "", use);
        backend.attach(node, needed, shared);
        return backend;
    }

    /// The node of that name.
    public Optional<BlockNode> find(String name) {
        writer.lock();
        try {
            return Optional.ofNullable(nodes.get(name));
        } finally {
            writer.unlock();
        }
    }

    /// The backends that users know by name.
    public NamedBackends devices() {
        return devices;
    }

    /// The root node of the backend of that name, or else the node of that name.
    ///
    /// @throws BlockException if there is neither, or the backend has no medium
    public BlockNode lookup(String deviceOrNode) throws BlockException {
        BlockBackend device = devices.find(deviceOrNode).orElse(null);
        if (device == null) {
            return requireNode(deviceOrNode);
        }
        ChildEdge root = device.root();
        if (root == null) {
            throw new BlockException(
                    Errno.ENOMEDIUM, "Device '" + deviceOrNode + "' has no medium");
        }
        return root.node();
    }

    /// All open nodes, in the order in which their opening began: a node comes behind its storage,
    /// which is opened first, and before its other children.
    public List<BlockNode> nodes() {
        writer.lock();
        try {
            List<BlockNode> ordered = new ArrayList<>(nodes.values());
            ordered.sort(Comparator.comparingLong(BlockNode::place));
            return ordered;
        } finally {
            writer.unlock();
        }
    }

    /// All backends that have a root node, in the order in which they got it.
    public List<BlockBackend> backends() {
        return List.copyOf(backends);
    }

    /// A backend has got a root node.
    void attached(BlockBackend backend) {
        backends.add(backend);
    }

    /// A backend has let its root node go.
    void detached(BlockBackend backend) {
        backends.remove(backend);
    }

    /// Closes the backends that are still open, newest first, what the monitor owns, and the
    /// objects.
    @Override
    public void close() {
        for (BlockBackend backend : new ArrayList<>(backends).reversed()) {
            backend.close();
        }
        writer.lock();
        try {
            for (BlockNode node : new ArrayList<>(nodes.values()).reversed()) {
                node.setMonitorOwned(false);
                releaseIfUnused(node);
            }
        } finally {
            writer.unlock();
        }
        objects.closeAll();
    }

    // ---- changing

    /// Gives nodes new options and flags, all of them or none.
    public void reopen(List<ReopenRequest> requests) throws BlockException {
        writer.lock();
        try {
            new Reopen(this).run(requests);
        } finally {
            writer.unlock();
        }
    }

    /// Runs something while no other thread changes the graph.
    <T> T locked(GraphChange<T> change) throws BlockException {
        writer.lock();
        try {
            return change.run();
        } finally {
            writer.unlock();
        }
    }

    /// A change of the graph.
    @FunctionalInterface
    interface GraphChange<T> {
        T run() throws BlockException;
    }

    /// Makes an edge from a node to a child, taking the child over. Fails, and changes nothing, if
    /// the permissions conflict.
    ///
    /// @param inherits the child was opened for this edge
    ChildEdge attach(
            BlockNode parent, String name, Set<ChildRole> roles, BlockNode child, boolean inherits)
            throws BlockException {
        ChildEdge edge = new ChildEdge(name, roles, parent, child);
        Permissions needed = Permissions.NONE;
        Permissions shared = Permissions.ALL;
        for (ChildEdge above : parent.parents()) {
            needed = needed.plus(above.needed());
            shared = shared.and(above.shared());
        }
        ChildPermissions wanted =
                parent.childPermissions(edge, needed, shared, !parent.isReadOnly());
        edge.setPermissions(wanted.needed(), wanted.shared());
        parent.addChild(edge);
        try {
            link(edge);
        } catch (BlockException e) {
            parent.removeChild(edge);
            releaseIfUnused(child);
            throw e;
        }
        if (inherits) {
            child.setOpenedBy(parent);
        }
        return edge;
    }

    /// Makes an edge between nodes that are drained, unless the transaction is aborted. Permissions
    /// are left to be updated.
    void attach(ChildEdge edge, GraphTransaction transaction) {
        drains.join(edge);
        transaction.onAbort(() -> drains.part(edge));
    }

    /// Removes an edge between nodes that are drained, unless the transaction is aborted.
    /// Permissions are left to be updated; the child may be without an owner then.
    void detach(ChildEdge edge, GraphTransaction transaction) {
        drains.part(edge);
        transaction.onAbort(() -> drains.join(edge));
    }

    /// Puts an edge into its child's list of parents and updates the permissions below.
    void link(ChildEdge edge) throws BlockException {
        BlockNode child = edge.node();
        try (GraphTransaction transaction = new GraphTransaction()) {
            child.addParent(edge);
            transaction.onAbort(() -> child.removeParent(edge));
            PermissionUpdate.prepare(transaction, List.of(child));
            transaction.commit();
        }
        drains.joined(edge);
    }

    /// Takes an edge out of its child's list of parents; the child goes if nobody else owns it.
    void unlink(ChildEdge edge) {
        BlockNode child = edge.node();
        drains.leave(edge);
        if (!releaseIfUnused(child)) {
            relaxPermissions(child);
        }
    }

    /// Takes the permissions that a node needs of its children now.
    void updatePermissions(BlockNode node) throws BlockException {
        try (GraphTransaction transaction = new GraphTransaction()) {
            PermissionUpdate.prepare(transaction, List.of(node));
            transaction.commit();
        }
    }

    /// Updates permissions after one was given up, which cannot conflict.
    void relaxPermissions(BlockNode node) {
        try {
            updatePermissions(node);
        } catch (BlockException e) {
            // Giving something up takes no lock that could be refused; if the host fails to drop
            // one, keeping it is safe.
            return;
        }
    }

    /// Removes the edge between a node and one of its children.
    void detach(BlockNode parent, ChildEdge edge) {
        parent.removeChild(edge);
        edge.node().forgetOpener(parent);
        unlink(edge);
    }

    /// Adds a child to a node whose driver takes further ones. The node is drained meanwhile.
    ///
    /// @param child a node that nothing else uses; its data must agree with that of the others
    public void addChild(BlockNode parent, BlockNode child) throws BlockException {
        writer.lock();
        try {
            if (!(parent.driverInstance() instanceof ChangingChildren driver)) {
                throw new BlockException(
                        Errno.ENOTSUP,
                        "The node " + parent.name() + " does not support adding a child");
            }
            if (!child.parents().isEmpty()) {
                throw new BlockException(
                        Errno.EINVAL, "The node " + child.name() + " already has a parent");
            }
            ChangingChildren.Place place = driver.placeOf(child);
            requireNoCycle(parent, place.name(), child);
            try (Drain _ = drain(parent)) {
                driver.added(attach(parent, place.name(), place.roles(), child, false));
                parent.refresh();
            }
        } finally {
            writer.unlock();
        }
    }

    /// Takes a child from a node whose driver can do without it. The node is drained meanwhile.
    public void removeChild(BlockNode parent, ChildEdge child) throws BlockException {
        writer.lock();
        try {
            if (!(parent.driverInstance() instanceof ChangingChildren driver)) {
                throw new BlockException(
                        Errno.ENOTSUP,
                        "The node " + parent.name() + " does not support removing a child");
            }
            try (Drain _ = drain(parent)) {
                driver.requireRemovable(child);
                driver.removed(child);
                detach(parent, child);
                parent.refresh();
            }
        } finally {
            writer.unlock();
        }
    }

    /// @param name of the edge that would lead from the parent to the child
    static void requireNoCycle(BlockNode parent, String name, BlockNode child)
            throws BlockException {
        if (isReached(parent, child, new HashSet<>())) {
            throw new BlockException(
                    Errno.EINVAL,
                    "Making '"
                            + child.name()
                            + "' a "
                            + name
                            + " child of '"
                            + parent.name()
                            + "' would create a cycle");
        }
    }

    /// @param seen nodes from which the sought one is not reached; a node may have many parents
    private static boolean isReached(BlockNode sought, BlockNode from, Set<BlockNode> seen) {
        if (sought == from) {
            return true;
        }
        if (!seen.add(from)) {
            return false;
        }
        for (ChildEdge below : from.children()) {
            if (isReached(sought, below.node(), seen)) {
                return true;
            }
        }
        return false;
    }

    /// Refuses a front end that would have a node's requests come from a thread to which the other
    /// front ends that reach the node are not bound.
    ///
    /// @param thread its name, as {@link BlockBackend#bindThread} takes it
    public static void requireThread(BlockNode node, String thread) throws BlockException {
        Set<String> threads = new HashSet<>();
        collectThreads(node, new HashSet<>(), threads);
        if (!threads.isEmpty() && !threads.equals(Set.of(thread))) {
            throw wrongThread();
        }
    }

    private static BlockException wrongThread() {
        return new BlockException(Errno.EPERM, "Cannot change iothread of active block backend");
    }

    /// Refuses to bring nodes together whose front ends are served by different threads.
    static void requireSameThread(BlockNode parent, BlockNode child) throws BlockException {
        Set<String> threads = new HashSet<>();
        collectThreads(parent, new HashSet<>(), threads);
        Set<String> below = new HashSet<>();
        collectThreads(child, new HashSet<>(), below);
        if (!threads.isEmpty() && !below.isEmpty() && !threads.equals(below)) {
            throw wrongThread();
        }
    }

    /// The threads to which front ends of a node, and of all that is connected with it, are bound.
    private static void collectThreads(BlockNode node, Set<BlockNode> seen, Set<String> threads) {
        if (!seen.add(node)) {
            return;
        }
        for (ChildEdge edge : node.parents()) {
            if (edge.parent() instanceof BlockBackend backend) {
                backend.thread().ifPresent(threads::add);
            } else if (edge.parent() instanceof BlockNode above) {
                collectThreads(above, seen, threads);
            }
        }
        for (ChildEdge edge : node.children()) {
            collectThreads(edge.node(), seen, threads);
        }
    }

    /// Replaces the node below an edge. Both nodes are drained meanwhile.
    void replace(ChildEdge edge, BlockNode replacement) throws BlockException {
        BlockNode old = edge.node();
        BlockNode parent = edge.parentNode().orElse(null);
        if (parent != null) {
            requireNoCycle(parent, edge.name(), replacement);
        }
        try (Drain _ = drain(old);
                Drain _ = drain(replacement);
                GraphTransaction transaction = new GraphTransaction()) {
            edge.lead(replacement, transaction);
            PermissionUpdate.prepare(transaction, List.of(replacement, old));
            transaction.commit();
        }
        releaseIfUnused(old);
    }

    /// Closes a node without owner. True if it was closed.
    boolean releaseIfUnused(BlockNode node) {
        if (node.isMonitorOwned() || !node.parents().isEmpty() || !nodes.containsValue(node)) {
            return false;
        }
        nodes.remove(node.name());
        abandon(node);
        return true;
    }

    /// Closes a node that was never registered, or not any more, and lets its children go.
    void abandon(BlockNode node) {
        if (node.isOpen()) {
            try {
                node.io().inFlight().awaitIdle();
                node.driverInstance().close();
            } catch (BlockException e) {
                closeFailure = e;
            }
        }
        for (ChildEdge child : node.snapshotOfChildren().reversed()) {
            detach(node, child);
        }
    }

    /// The last failure of closing a node, once: what could not be written back then is lost.
    public Optional<BlockException> takeCloseFailure() {
        BlockException failure = closeFailure;
        closeFailure = null;
        return Optional.ofNullable(failure);
    }

    /// Gives a node its place among all nodes.
    void takePlace(BlockNode node) {
        node.takePlace(places + 1);
        places++;
    }

    void register(BlockNode node) {
        nodes.put(node.name(), node);
        startCounting(node);
    }

    /// Undoes {@link #register}, if that was done.
    void unregister(BlockNode node) {
        nodes.remove(node.name(), node);
    }

    BlockNode requireNode(String name) throws BlockException {
        BlockNode node = find(name).orElse(null);
        if (node == null) {
            throw new BlockException(
                    Errno.ENOENT, "Cannot find device='" + name + "' nor node-name='" + name + "'");
        }
        return node;
    }

    BlockDriver requireDriver(String name) throws BlockException {
        return drivers.find(name)
                .orElseThrow(() -> new InvalidOptionException("Unknown driver '" + name + "'"));
    }

    /// The protocol driver for a filename.
    ///
    /// @param allowPrefix false where the name is a plain path even if it has a colon
    public BlockDriver protocolOf(String filename, boolean allowPrefix) throws BlockException {
        String prefix = allowPrefix ? FilenameSyntax.protocol(filename) : null;
        if (prefix != null) {
            return drivers.findByPrefix(prefix)
                    .orElseThrow(
                            () -> new InvalidOptionException("Unknown protocol '" + prefix + "'"));
        }
        BlockDriver device = drivers.find("host_device").orElse(null);
        if (device != null && device.probeFilename(filename) > 0) {
            return device;
        }
        return requireDriver("file");
    }

    void requireFreeName(@Nullable String name) throws BlockException {
        if (name == null) {
            return;
        }
        if (!isWellFormed(name)) {
            throw new InvalidOptionException("Invalid node-name: '" + name + "'");
        }
        if (devices.find(name).isPresent()) {
            throw new InvalidOptionException(
                    "node-name=" + name + " is conflicting with a device id");
        }
        if (nodes.containsKey(name)) {
            throw new InvalidOptionException("Duplicate nodes with node-name='" + name + "'");
        }
        if (name.length() > 31) {
            throw new InvalidOptionException("Node name too long");
        }
    }

    private static boolean isWellFormed(String name) {
        if (name.isEmpty() || !Character.isLetter(name.charAt(0))) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 128 || (!Character.isLetterOrDigit(c) && "-._".indexOf(c) < 0)) {
                return false;
            }
        }
        return true;
    }

    String generateName() {
        int noise = random.nextInt(100);
        return "#block" + generatedNames++ + (noise < 10 ? "0" : "") + noise;
    }

    /// A backing or data file's name as the image at a node means it.
    String resolveBacking(BlockNode overlay, String name) throws BlockException {
        if (name.isEmpty() || FilenameSyntax.isJson(name) || FilenameSyntax.isAbsolute(name)) {
            return name;
        }
        for (BlockNode node = overlay; node != null; node = node.primary()) {
            Optional<String> exact = node.exactFilename();
            if (exact.isPresent() && !FilenameSyntax.isJson(exact.get())) {
                return FilenameSyntax.resolveBacking(exact.get(), name);
            }
        }
        throw new InvalidOptionException(
                "Cannot generate a base directory with the extended attributes of '"
                        + overlay.filename()
                        + "'");
    }

    // ---- drain

    /// Keeps a node quiet until it is closed: its parents submit nothing, and nothing is in flight.
    public final class Drain implements AutoCloseable {
        private final BlockNode node;

        private Drain(BlockNode node) {
            this.node = node;
        }

        @Override
        public void close() {
            drains.end(node);
        }
    }

    /// Quiesces a node and waits until it is idle. Nests. Never called by a thread that has a
    /// request in flight.
    public Drain drain(BlockNode node) {
        drains.begin(node);
        drains.awaitIdle(node);
        return new Drain(node);
    }

    /// Who is to be quiet, and how often.
    Drains drains() {
        return drains;
    }
}
