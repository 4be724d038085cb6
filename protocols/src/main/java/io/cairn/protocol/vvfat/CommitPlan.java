package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.PooledBuffer;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What has to be done so that the host's directory is what the disk says.
///
/// A directory is the same as before if it starts at the same cluster; so is a file, if its chain,
/// its length and its content are the same besides. What is the same is moved if it has to be; all
/// other files are written anew.
final class CommitPlan {
    private final Disk disk;
    private final List<HostNode> before = new ArrayList<>();
    private final List<Planned> after = new ArrayList<>();

    /// Nodes by their first cluster.
    private final Map<Integer, HostNode> byCluster = new HashMap<>();

    /// What each node that stays or moves becomes.
    private final Map<HostNode, Planned> carried = new HashMap<>();

    /// Files in whose place a new one of the same name comes.
    private final Map<HostNode, Planned> replaced = new HashMap<>();

    private CommitPlan(Disk disk) {
        this.disk = disk;
    }

    /// Compares the disk with what the host had at opening or after the last commit.
    static CommitPlan of(Disk disk, GuestNode root) throws BlockException {
        CommitPlan plan = new CommitPlan(disk);
        plan.collectBefore();
        plan.collectAfter(root);
        plan.findReplaced();
        plan.refuseChangesBelowLinks();
        return plan;
    }

    /// All that the host has, each directory before what is in it; the first is the root.
    List<HostNode> before() {
        return before;
    }

    /// All that the host is to have, in the same order.
    List<Planned> after() {
        return after;
    }

    /// What a node of the host becomes; null if it goes.
    @Nullable Planned fateOf(HostNode node) {
        return carried.get(node);
    }

    /// The new file that takes a node's place; null if there is none.
    @Nullable Planned replacementOf(HostNode node) {
        return replaced.get(node);
    }

    /// Whether a new file takes the place of a node in one step.
    boolean replaces(Planned planned) {
        HostNode model = planned.model();
        return model != null && replaced.get(model) == planned;
    }

    /// Whether nothing has to be done on the host.
    boolean isEmpty() {
        boolean isSame = before.size() == after.size();
        for (Planned planned : after) {
            isSame &= planned.stays() && !planned.changesPermissions();
        }
        return isSame;
    }

    private void collectBefore() {
        before.add(disk.volume().root());
        for (int i = 0; i < before.size(); i++) {
            HostNode node = before.get(i);
            if (node.clusters().length > 0) {
                byCluster.put(node.firstCluster(), node);
            }
            before.addAll(node.children());
        }
    }

    private void collectAfter(GuestNode root) throws BlockException {
        HostNode hostRoot = before.getFirst();
        Planned top = new Planned(null, root, hostRoot, null, "");
        carried.put(hostRoot, top);
        after.add(top);
        for (int i = 0; i < after.size(); i++) {
            Planned directory = after.get(i);
            if (directory.guest().directory()) {
                planChildren(directory);
                after.addAll(directory.children());
            }
        }
    }

    private void planChildren(Planned directory) throws BlockException {
        Map<String, HostNode> places = new HashMap<>();
        HostNode old = directory.carried();
        if (old != null) {
            old.children().forEach(child -> places.put(child.shownName(), child));
        }
        for (GuestNode guest : directory.guest().children()) {
            HostNode place = places.get(guest.name());
            if (place != null && place.isDirectory() != guest.directory()) {
                place = null;
            }
            HostNode same = findSame(guest, place);
            Planned planned =
                    new Planned(
                            directory,
                            guest,
                            same,
                            place == null ? sameStart(guest) : place,
                            hostName(guest, place, same));
            if (same != null) {
                carried.put(same, planned);
            }
            directory.children().add(planned);
        }
    }

    /// A file that is not shown under its own name keeps that name while the shown one stays.
    private static String hostName(
            GuestNode guest, @Nullable HostNode place, @Nullable HostNode same) {
        if (place != null && (same == null || same == place)) {
            return place.hostName();
        }
        if (same != null && same.shownName().equals(guest.name())) {
            return same.hostName();
        }
        return guest.name();
    }

    private @Nullable HostNode sameStart(GuestNode guest) {
        HostNode node = guest.clusters().length == 0 ? null : byCluster.get(guest.firstCluster());
        return node != null && node.isDirectory() == guest.directory() ? node : null;
    }

    /// The node of the host that a file or directory of the guest is; null if it is a new one.
    private @Nullable HostNode findSame(GuestNode guest, @Nullable HostNode place)
            throws BlockException {
        HostNode node = guest.clusters().length == 0 ? place : sameStart(guest);
        if (node == null || carried.containsKey(node)) {
            return null;
        }
        return guest.directory() || hasSameContent(node, guest) ? node : null;
    }

    private boolean hasSameContent(HostNode node, GuestNode guest) throws BlockException {
        if (node.length() != guest.length() || !Arrays.equals(node.clusters(), guest.clusters())) {
            return false;
        }
        Geometry geometry = disk.geometry();
        for (int i = 0; i < guest.clusters().length; i++) {
            long offset = geometry.clusterOffset(guest.clusters()[i]);
            int sector = (int) (offset / Geometry.SECTOR);
            long left = guest.length() - (long) i * geometry.clusterBytes();
            boolean isWritten = disk.overlay().isWritten(sector, geometry.sectorsPerCluster());
            if (isWritten && !isAsBefore(offset, left)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a cluster shows what the host's file holds, as far as the file goes.
    private boolean isAsBefore(long offset, long left) throws BlockException {
        int size = disk.geometry().clusterBytes();
        int count = (int) Math.min(size, left);
        try (PooledBuffer one = BufferPool.shared().acquire(size);
                PooledBuffer other = BufferPool.shared().acquire(size)) {
            ByteBuffer now = Buffers.slice(one.buffer(), 0, size);
            ByteBuffer then = Buffers.slice(other.buffer(), 0, size);
            disk.read(offset, now);
            return isReadable(offset, then)
                    && Buffers.slice(now, 0, count).equals(Buffers.slice(then, 0, count));
        }
    }

    /// Reads a cluster of a file that may be gone by now, which is then written anew.
    private boolean isReadable(long offset, ByteBuffer into) {
        try {
            disk.volume().read(offset, into);
            return true;
        } catch (BlockException _) {
            return false;
        }
    }

    private void findReplaced() {
        for (Planned planned : after) {
            HostNode model = planned.model();
            Planned directory = planned.parent();
            boolean isReplacement =
                    planned.carried() == null
                            && model != null
                            && !model.isDirectory()
                            && !carried.containsKey(model)
                            && directory != null
                            && directory.carried() == model.parent()
                            && model.hostName().equals(planned.hostName());
            if (isReplacement) {
                replaced.put(model, planned);
            }
        }
    }

    /// What is behind a link to a directory is not in the directory that is shown, so it must stay
    /// as it is; the link itself may go or move.
    private void refuseChangesBelowLinks() throws BlockException {
        for (Planned planned : after) {
            HostNode directory = planned.parent() == null ? null : planned.parent().carried();
            boolean isBelow = directory != null && (directory.isLink() || directory.isBelowLink());
            if (isBelow && (!planned.stays() || planned.changesPermissions())) {
                throw behindLink(planned.path());
            }
        }
        for (HostNode node : before) {
            Planned fate = carried.get(node);
            boolean isChanged = fate == null || !fate.stays();
            if (node.isBelowLink() && isChanged && carried.containsKey(node.parent())) {
                throw behindLink(node.path());
            }
        }
    }

    private BlockException behindLink(String path) {
        return new HostException(
                Errno.EROFS,
                "Could not change '" + path + "': it is behind a symbolic link to a directory");
    }
}
