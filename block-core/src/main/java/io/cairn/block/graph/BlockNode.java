package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Debuggable;
import io.cairn.block.DetectZeroes;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Prepared;
import io.cairn.block.statistics.Accounting;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// A vertex of the graph: an open driver with its children, parents, options and flags.
///
/// Structure (children, parents, flags, options) changes under the graph's writer lock; I/O reads
/// it without a lock, and a child is replaced only while the node is drained. A node lives while an
/// edge or the monitor owns it.
public final class BlockNode implements Node, Parent {
    private final BlockGraph graph;
    private final String name;
    private final BlockDriver driver;
    private final NodeIo io;
    private final CopyOnWriteArrayList<ChildEdge> parents = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<ChildEdge> children = new CopyOnWriteArrayList<>();
    private final Map<String, String> blockers = new LinkedHashMap<>();

    /// Reasons for which everything is forbidden; guarded by `blockers`.
    private final List<String> users = new ArrayList<>();

    private volatile @Nullable DriverInstance instance;
    private volatile @Nullable ChildEdge backing;
    private volatile NodeFlags flags;
    private volatile boolean debugged;

    // Guarded by the graph's writer lock.
    private Options explicitOptions;
    private Options options;
    private boolean monitorOwned;
    private boolean implicit;
    private boolean formatProbed;
    private @Nullable String namedBacking;
    private @Nullable BlockNode openedBy;
    private long place;

    /// Guarded by the graph's drain lock.
    private int quiesced;

    BlockNode(
            BlockGraph graph,
            String name,
            BlockDriver driver,
            NodeFlags flags,
            Options explicitOptions,
            Options options) {
        this.graph = graph;
        this.name = name;
        this.driver = driver;
        this.flags = flags;
        this.explicitOptions = explicitOptions;
        this.options = options;
        this.io = new NodeIo(this, new WriteThreshold(name, graph.events()));
    }

    // ---- what anyone may know

    @Override
    public String name() {
        return name;
    }

    @Override
    public String reference() {
        for (ChildEdge edge : parents) {
            if (edge.parent() instanceof BlockBackend backend && !backend.name().isEmpty()) {
                return backend.name();
            }
        }
        return name;
    }

    @Override
    public String driver() {
        return driver.name();
    }

    @Override
    public boolean isFilter() {
        return driver.kind() == DriverKind.FILTER;
    }

    /// Puts the node behind all nodes that have a place, unless it has one.
    void takePlace(long last) {
        if (place == 0) {
            place = last;
        }
    }

    /// Where the node stands among all nodes, counted from 1; 0 before it has a place.
    long place() {
        return place;
    }

    /// True for a node that a filename can lead to.
    public boolean isProtocol() {
        return driver.isProtocol();
    }

    /// Where the node's driver stands.
    public DriverKind kind() {
        return driver.kind();
    }

    @Override
    public String filename() {
        return FilenameBuilder.filename(this);
    }

    @Override
    public Optional<String> exactFilename() {
        return FilenameBuilder.exactFilename(this);
    }

    @Override
    public long length() {
        return io.length();
    }

    @Override
    public boolean isReadOnly() {
        return flags.readOnly();
    }

    @Override
    public boolean hasParents() {
        return !parents.isEmpty();
    }

    /// How the node is open.
    public NodeFlags flags() {
        return flags;
    }

    /// What the node does with writes of zeroes.
    public DetectZeroes detectZeroes() {
        return io.detectZeroes();
    }

    /// The limits of requests.
    public Limits limits() {
        return io.limits();
    }

    /// True if no other node stands above this one.
    public boolean isRoot() {
        for (ChildEdge edge : parents) {
            if (edge.parent() instanceof BlockNode) {
                return false;
            }
        }
        return true;
    }

    /// True if a front end uses the node; jobs are none.
    public boolean hasFrontEnd() {
        for (ChildEdge edge : parents) {
            if (edge.parent() instanceof BlockBackend backend && !backend.staysAtNode()) {
                return true;
            }
        }
        return false;
    }

    /// The nodes whose backing node this one is.
    public List<BlockNode> overlays() {
        List<BlockNode> overlays = new ArrayList<>();
        for (ChildEdge edge : parents) {
            if (edge.parent() instanceof BlockNode parent && parent.backing() == edge) {
                overlays.add(parent);
            }
        }
        return overlays;
    }

    /// The open nodes that have this one as their child of that name, the newest last.
    public List<BlockNode> parentsBy(String childName) {
        List<BlockNode> found = new ArrayList<>();
        for (ChildEdge edge : parents) {
            if (edge.name().equals(childName)
                    && edge.parent() instanceof BlockNode parent
                    && parent.isOpen()) {
                found.add(parent);
            }
        }
        return found;
    }

    /// The edges to this node's children, in the order in which they were attached.
    public List<ChildEdge> children() {
        return children;
    }

    /// The edges by which others use this node.
    public List<ChildEdge> parents() {
        return parents;
    }

    /// The child of that name.
    public Optional<ChildEdge> child(String childName) {
        for (ChildEdge child : children) {
            if (child.name().equals(childName)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    /// The edge to the backing node, or null.
    public @Nullable ChildEdge backing() {
        return backing;
    }

    /// The length of the backing node, 0 without one.
    long backingLength() {
        ChildEdge edge = backing;
        return edge == null ? 0 : edge.length();
    }

    /// The child that a filter shows, or null.
    public @Nullable BlockNode filtered() {
        return isFilter() ? withRole(ChildRole.FILTERED) : null;
    }

    /// The node itself, or the first below it that is no filter.
    public BlockNode unfiltered() {
        BlockNode below = filtered();
        return below == null ? this : below.unfiltered();
    }

    /// The node behind this one in its backing chain, filters not counted; null at the chain's end.
    public @Nullable BlockNode nextImage() {
        ChildEdge below = unfiltered().backing();
        return below == null ? null : below.node().unfiltered();
    }

    /// The node's primary child, or null.
    public @Nullable BlockNode primary() {
        return withRole(ChildRole.PRIMARY);
    }

    private @Nullable BlockNode withRole(ChildRole role) {
        for (ChildEdge child : children) {
            if (child.roles().contains(role)) {
                return child.node();
            }
        }
        return null;
    }

    /// The driver's side of the node.
    public DriverInstance driverInstance() {
        DriverInstance opened = instance;
        if (opened == null) {
            throw new IllegalStateException("node " + name + " is not open");
        }
        return opened;
    }

    /// The node, or the nearest below it by primary children, at which requests can be stopped.
    public Optional<Debuggable> debuggable() {
        for (BlockNode node = this; node != null; node = node.primary()) {
            if (node.driverInstance() instanceof Debuggable debuggable) {
                return Optional.of(debuggable);
            }
        }
        return Optional.empty();
    }

    /// What the node's format knows of the image. A node that shows another's data and knows
    /// nothing itself tells what that one knows, but for what is particular to its format.
    public FormatInfo formatInfo() throws BlockException {
        FormatInfo own = driverInstance().info();
        BlockNode shown = withRole(ChildRole.FILTERED);
        return own == FormatInfo.NONE && shown != null ? shown.formatInfo().withoutSpecific() : own;
    }

    /// The bytes that the node's storage occupies on the host, or -1 if unknown.
    public long allocatedLength() {
        long own = driverInstance().allocatedLength();
        if (own != DriverInstance.ASK_CHILDREN) {
            return Math.max(own, -1);
        }
        long sum = 0;
        boolean any = false;
        for (ChildEdge child : children) {
            if (child.roles().contains(ChildRole.COW)) {
                continue;
            }
            long bytes = child.node().allocatedLength();
            if (bytes < 0) {
                return -1;
            }
            any = true;
            sum += bytes;
        }
        return any ? sum : -1;
    }

    /// True if what was never written reads as zeroes: the driver says so and no backing shines
    /// through.
    public boolean hasZeroInit() {
        if (backing != null) {
            return false;
        }
        BlockNode below = filtered();
        return below != null ? below.hasZeroInit() : driverInstance().hasZeroInit();
    }

    /// From now on reads copy into the node what they bring from further down its chain, as
    /// unchanged writes of whole clusters. Called while no request is in flight.
    ///
    /// @throws BlockException with `EINVAL` if the node is read-only
    public void enableCopyOnRead() throws BlockException {
        if (isReadOnly()) {
            throw new BlockException(Errno.EINVAL, "Can't use copy-on-read on read-only device");
        }
        io.enableCopyOnRead();
    }

    /// Makes requests fail with `ECANCELED` that this node or one below it lets wait for something
    /// other than storage (a throttle group), whoever made them.
    public void cancelWaiting() {
        driverInstance().cancelWaiting();
        for (ChildEdge child : children) {
            child.node().cancelWaiting();
        }
    }

    // ---- dirty bitmaps and threshold

    /// Makes a bitmap that records this node's writes from now on.
    ///
    /// @param bitmapName null for one that only the caller knows
    /// @param granularity bytes a bit stands for; a power of two, at least 512
    public DirtyBitmap addBitmap(@Nullable String bitmapName, long granularity) {
        DirtyBitmap bitmap = new DirtyBitmap(bitmapName, granularity, length());
        io.bitmaps().add(bitmap);
        return bitmap;
    }

    /// Removes a bitmap.
    public void removeBitmap(DirtyBitmap bitmap) {
        io.bitmaps().remove(bitmap);
    }

    /// Takes a bitmap back that was removed, as if it had not been.
    public void restoreBitmap(DirtyBitmap bitmap) {
        io.bitmaps().add(bitmap);
    }

    /// The node's bitmaps, oldest first.
    public List<DirtyBitmap> bitmaps() {
        return List.copyOf(io.bitmaps());
    }

    /// The bitmap of that name.
    public Optional<DirtyBitmap> findBitmap(String bitmapName) {
        return io.bitmaps().stream().filter(b -> bitmapName.equals(b.name())).findFirst();
    }

    /// The first write that reaches beyond this offset is reported; 0 for none.
    public void setWriteThreshold(long offset) {
        io.threshold().set(offset);
    }

    /// The offset whose crossing will be reported, 0 for none.
    public long writeThreshold() {
        return io.threshold().get();
    }

    // ---- statistics

    /// Counts the requests of all parents from now on; null to count no more. While it is off a
    /// request pays one check.
    public void setAccounting(@Nullable Accounting accounting) {
        io.setAccounting(accounting);
    }

    /// Where requests are counted, if they are.
    public Optional<Accounting> accounting() {
        return Optional.ofNullable(io.accounting());
    }

    /// The end of the write that reached furthest since the node was opened, whether it succeeded
    /// or not.
    public long highestWriteOffset() {
        return io.highestWriteOffset();
    }

    // ---- blockers

    /// Forbids an operation on the node until {@link #unblock}, with the reason that a user sees.
    public void block(String operation, String reason) {
        synchronized (blockers) {
            blockers.put(operation, reason);
        }
    }

    /// Allows an operation again.
    public void unblock(String operation) {
        synchronized (blockers) {
            blockers.remove(operation);
        }
    }

    /// Forbids every operation on the node until {@link #unblockAll} with the same reason.
    public void blockAll(String reason) {
        synchronized (blockers) {
            users.add(reason);
        }
    }

    /// Ends one {@link #blockAll}.
    public void unblockAll(String reason) {
        synchronized (blockers) {
            users.remove(reason);
        }
    }

    /// Throws `EBUSY` with the reason if an operation is forbidden.
    public void requireUnblocked(String operation) throws BlockException {
        Optional<String> reason = blocker(operation);
        if (reason.isPresent()) {
            String shown = graph.devices().withRoot(name).map(BlockBackend::name).orElse(name);
            throw new BlockException(Errno.EBUSY, "Node '" + shown + "' is busy: " + reason.get())
                    .atNode(name);
        }
    }

    /// Why an operation is forbidden, or empty.
    public Optional<String> blocker(String operation) {
        synchronized (blockers) {
            if (!users.isEmpty()) {
                return Optional.of(users.getFirst());
            }
            return Optional.ofNullable(blockers.get(operation));
        }
    }

    // ---- for the graph

    NodeIo io() {
        return io;
    }

    BlockGraph graph() {
        return graph;
    }

    BlockDriver blockDriver() {
        return driver;
    }

    boolean isDebugged() {
        return debugged;
    }

    /// True if the driver takes write access by itself when a parent needs it.
    boolean canBecomeWritable() {
        return flags.autoReadOnly() && driver.kind() == DriverKind.PROTOCOL;
    }

    boolean isOpen() {
        return instance != null;
    }

    void opened(DriverInstance opened) {
        instance = opened;
        debugged = opened.wantsDebugEvents();
    }

    void setFlags(NodeFlags newFlags) {
        flags = newFlags;
    }

    Options explicitOptions() {
        return explicitOptions;
    }

    /// Every option the node was opened with, inherited ones included.
    public Options options() {
        return new Options(options);
    }

    void setOptions(Options explicit, Options all) {
        explicitOptions = explicit;
        options = all;
    }

    /// The parent through whose options the node was opened and with which it is reopened, or null.
    @Nullable BlockNode openedBy() {
        return openedBy;
    }

    void setOpenedBy(@Nullable BlockNode parent) {
        openedBy = parent;
    }

    /// A link from a parent has gone: unless there is another, the node is not reopened with it any
    /// more.
    void forgetOpener(BlockNode parent) {
        if (openedBy == parent
                && parent.children.stream().noneMatch(child -> child.node() == this)) {
            openedBy = null;
        }
    }

    /// True if the node was opened through the options of that one, or of a node for which this is
    /// true.
    boolean isOpenedThrough(BlockNode top) {
        BlockNode above = openedBy;
        return above != null && (above == top || above.isOpenedThrough(top));
    }

    boolean isMonitorOwned() {
        return monitorOwned;
    }

    void setMonitorOwned(boolean on) {
        monitorOwned = on;
    }

    /// True for a filter that a job has put in and nobody has named.
    public boolean isImplicit() {
        return implicit;
    }

    void setImplicit(boolean on) {
        implicit = on;
    }

    /// True if the format was guessed from the content.
    public boolean isFormatProbed() {
        return formatProbed;
    }

    void setFormatProbed(boolean on) {
        formatProbed = on;
    }

    /// The name of the backing file that the image holds, as it would be opened: read against the
    /// image's own name. Empty without a backing file, or if that name cannot be determined.
    public Optional<String> resolvedBackingFilename() {
        Optional<BackingReference> reference = driverInstance().backingReference();
        try {
            return reference.isEmpty()
                    ? Optional.empty()
                    : Optional.of(graph.resolveBacking(this, reference.get().filename()));
        } catch (BlockException _) {
            // The image has no plain name that another one could stand beside.
            return Optional.empty();
        }
    }

    /// The name of the backing node that the image itself asks for, resolved against the image, or
    /// null.
    @Nullable String namedBacking() {
        return namedBacking;
    }

    void setNamedBacking(@Nullable String filename) {
        namedBacking = filename;
    }

    void addChild(ChildEdge edge) {
        children.add(edge);
        if (edge.roles().contains(ChildRole.COW)) {
            backing = edge;
        }
    }

    void removeChild(ChildEdge edge) {
        children.remove(edge);
        if (backing == edge) {
            backing = null;
        }
    }

    void addParent(ChildEdge edge) {
        parents.add(edge);
    }

    void removeParent(ChildEdge edge) {
        parents.remove(edge);
    }

    Prepared preparePermissions(Permissions needed, Permissions shared) throws BlockException {
        DriverInstance opened = instance;
        try {
            return opened == null ? Prepared.NOTHING : opened.preparePermissions(needed, shared);
        } catch (BlockException e) {
            throw e.atNode(name);
        }
    }

    ChildPermissions childPermissions(
            ChildEdge child, Permissions needed, Permissions shared, boolean writable) {
        ChildPermissions wanted = driverPermissions(child, needed, shared, writable);
        return flags.forceShare() ? new ChildPermissions(wanted.needed(), Permissions.ALL) : wanted;
    }

    private ChildPermissions driverPermissions(
            ChildEdge child, Permissions needed, Permissions shared, boolean writable) {
        DriverInstance opened = instance;
        return opened != null
                ? opened.childPermissions(child, needed, shared, writable)
                : driver.openingPermissions(child.roles(), needed, shared, writable);
    }

    /// Takes limits and length anew from the driver and the children.
    void refresh() throws BlockException {
        Limits asked = Limits.NONE;
        for (ChildEdge child : children) {
            if (!child.roles().contains(ChildRole.COW)) {
                asked = asked.mergedWith(child.limits());
            }
        }
        Limits inherited =
                Limits.NONE
                        .withMemoryAlignment(asked.memoryAlignment())
                        .withTransfer(asked.maxTransfer(), asked.optimalTransfer());
        io.refresh(driverInstance().limits(inherited));
    }

    void notifyResized() {
        for (ChildEdge edge : parents) {
            edge.parent().childResized(edge);
        }
    }

    // ---- as a parent

    @Override
    public String description() {
        return "node '" + name + "'";
    }

    @Override
    public void quiesce(ChildEdge edge) {
        graph.drains().begin(this);
    }

    @Override
    public void resume(ChildEdge edge) {
        graph.drains().end(this);
    }

    @Override
    public void awaitIdle(ChildEdge edge) {
        graph.drains().awaitParents(this);
    }

    @Override
    public void childResized(ChildEdge edge) {
        DriverInstance opened = instance;
        if (opened == null || !opened.hasVariableLength()) {
            return;
        }
        try {
            long before = io.length();
            io.refreshLength();
            if (io.length() != before) {
                notifyResized();
            }
        } catch (BlockException e) {
            // The length stays as it was; the next request reports what is wrong with the child.
            return;
        }
    }

    int quiesced() {
        return quiesced;
    }

    void setQuiesced(int count) {
        quiesced = count;
    }

    List<ChildEdge> snapshotOfChildren() {
        return new ArrayList<>(children);
    }

    @Override
    public String toString() {
        return name + " (" + driver.name() + ")";
    }
}
