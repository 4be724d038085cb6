package io.cairn.qmp.device;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.throttle.ThrottleGroup;
import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.block.throttle.ThrottleMember;

import org.jspecify.annotations.Nullable;

/// A backend as monitors know it: with its medium, which may be absent, the device that owns it,
/// its limits and its figures.
///
/// Guarded by the lock under which commands run, as all of this package; what queries read may be
/// read by any thread.
public final class Drive {
    private final BlockGraph graph;
    private final BlockBackend backend;
    private volatile Settings settings;
    private final Accounting accounting;
    private Permissions needed = Permissions.NONE;
    private Permissions shared = Permissions.ALL;
    private volatile @Nullable Device device;

    /// What a drive is made with, and a medium that is put into it later.
    ///
    /// @param flags how a medium is opened
    /// @param writeThrough whether every write is on stable storage when it returns
    /// @param readError what a failing read of the guest leads to
    /// @param writeError what a failing write of the guest leads to
    /// @param statistics what is counted
    /// @param isConnected whether the machine itself has made a device for it
    public record Settings(
            NodeFlags flags,
            boolean writeThrough,
            ErrorPolicy readError,
            ErrorPolicy writeError,
            Accounting.Settings statistics,
            boolean isConnected) {
        /// Those of a drive that a device makes for itself.
        public static final Settings OF_DEVICE =
                new Settings(
                        NodeFlags.READ_ONLY.withReadOnly(false),
                        false,
                        ErrorPolicy.AUTO,
                        ErrorPolicy.AUTO,
                        Accounting.Settings.DEFAULT,
                        false);

        /// The same with other policies.
        Settings withPolicies(ErrorPolicy read, ErrorPolicy write) {
            return new Settings(flags, writeThrough, read, write, statistics, isConnected);
        }

        /// The same for what is counted.
        Settings withStatistics(Accounting.Settings counted) {
            return new Settings(flags, writeThrough, readError, writeError, counted, isConnected);
        }
    }

    /// @param backend which the drive owns from now on
    Drive(BlockGraph graph, BlockBackend backend, Settings settings) {
        this.graph = graph;
        this.backend = backend;
        this.settings = settings;
        this.accounting = graph.newAccounting(settings.statistics());
        backend.account(accounting);
        backend.setWriteThrough(settings.writeThrough());
    }

    /// The name by which users know the drive; empty if it is known by its device alone.
    public String name() {
        return backend.name();
    }

    public BlockBackend backend() {
        return backend;
    }

    public Settings settings() {
        return settings;
    }

    /// Where the guest's requests are counted.
    public Accounting accounting() {
        return accounting;
    }

    /// The device that owns the drive, or null.
    public @Nullable Device device() {
        return device;
    }

    /// The root node of the medium, or null if there is none.
    public @Nullable BlockNode medium() {
        ChildEdge root = backend.root();
        return root == null ? null : root.node();
    }

    /// What goes for the drive's name with its device: if it has none, that of the node in it.
    public String shownMedium() {
        BlockNode medium = medium();
        return name().isEmpty() && medium != null ? medium.name() : name();
    }

    /// Whether media can be changed: what no device owns may get one that takes them.
    public boolean isRemovable() {
        Device owner = device;
        return owner == null || owner.model().isRemovable();
    }

    /// The state of the guest's requests, null if errors never stop the guest.
    public @Nullable String ioStatus() {
        Device owner = device;
        boolean stops =
                settings.writeError().stops(ErrorPolicy.ENOSPC)
                        || settings.readError().stops(ErrorPolicy.REPORT);
        return owner != null && owner.model().hasIoStatus() && stops ? "ok" : null;
    }

    // ---- the medium

    /// Puts a medium in.
    public void insert(BlockNode node) throws BlockException {
        backend.attach(node, allowed(node, needed), shared);
    }

    /// A device does not write to a medium that is read-only.
    private static Permissions allowed(BlockNode medium, Permissions wanted) {
        return medium.isReadOnly() ? wanted.minus(Permission.WRITE) : wanted;
    }

    /// Takes the medium out, if there is one.
    public void remove() {
        backend.detach();
    }

    /// Changes what an error of the guest's requests leads to.
    void setPolicies(ErrorPolicy read, ErrorPolicy write) {
        settings = settings.withPolicies(read, write);
    }

    /// Connects the drive with a device, or with none.
    ///
    /// @param nowNeeded what the device will do if its medium lets it
    /// @param nowShared what others may do meanwhile
    void connect(@Nullable Device owner, Permissions nowNeeded, Permissions nowShared)
            throws BlockException {
        String ownerName = owner == null ? "" : owner.shownName();
        backend.setOwnerName(ownerName);
        backend.bindThread(null);
        BlockNode medium = medium();
        if (medium != null) {
            backend.setPermissions(allowed(medium, nowNeeded), nowShared);
        }
        needed = nowNeeded;
        shared = nowShared;
        device = owner;
    }

    // ---- limits

    /// The limits that hold; none if the drive has no limits at all.
    public ThrottleLimits limits() {
        return backend.throttle()
                .map(member -> member.group().limits())
                .orElse(ThrottleLimits.NONE);
    }

    /// Gives the drive limits together with all others of a group, or takes them away.
    ///
    /// @param group null for the one in which the drive is, or else its own
    public void limit(@Nullable String group, ThrottleLimits limits) throws InvalidOptionException {
        limits.requireValid();
        if (limits.equals(ThrottleLimits.NONE)) {
            unlimit();
            return;
        }
        ThrottleMember member = backend.throttle().orElse(null);
        if (member == null || (group != null && !member.group().name().equals(group))) {
            unlimit();
            member = groups().throttleGroups().joinOrAdd(group == null ? shownName() : group);
            backend.setThrottle(member);
        }
        member.group().setLimits(limits);
    }

    private String shownName() {
        Device owner = device;
        return name().isEmpty() && owner != null ? owner.shownName() : name();
    }

    private void unlimit() {
        ThrottleMember member = backend.throttle().orElse(null);
        if (member == null) {
            return;
        }
        ThrottleGroup group = member.group();
        backend.setThrottle(null);
        boolean isObject =
                groups().find(group.name())
                        .filter(o -> o instanceof ThrottleGroupObject)
                        .isPresent();
        if (!isObject && group.retire()) {
            groups().throttleGroups().remove(group);
        }
    }

    private ObjectRegistry groups() {
        return graph.objects();
    }

    /// Lets all go.
    void close() {
        unlimit();
        backend.close();
        graph.devices().remove(backend);
    }
}
