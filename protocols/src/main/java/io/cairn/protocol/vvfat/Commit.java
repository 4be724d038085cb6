package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.os.DirectoryEntry;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/// Brings what a guest has written into the host's files. Runs alone.
final class Commit {
    private final Disk disk;
    private final Volume volume;
    private final CommitPlan plan;

    private Commit(Disk disk, CommitPlan plan) {
        this.disk = disk;
        this.volume = disk.volume();
        this.plan = plan;
    }

    /// Brings everything into the files.
    ///
    /// @throws io.cairn.block.CorruptImageException if the disk's structures contradict each other,
    ///   as they do in the middle of a change; nothing has been done then
    static void run(Disk disk) throws BlockException {
        GuestNode root = GuestTree.read(disk);
        CommitPlan plan = CommitPlan.of(disk, root);
        Commit commit = new Commit(disk, plan);
        commit.keepDirectories();
        if (!plan.isEmpty()) {
            HostChanges.make(disk, plan);
        }
        commit.adopt();
        disk.overlay().settle();
    }

    /// Directories are not in files: those of their clusters that would show another file from now
    /// on are written.
    private void keepDirectories() throws BlockException {
        Geometry geometry = disk.geometry();
        for (Planned planned : plan.after()) {
            if (!planned.guest().directory()) {
                continue;
            }
            for (int cluster : planned.guest().clusters()) {
                if (volume.showsFile(cluster)) {
                    long offset = geometry.clusterOffset(cluster);
                    byte[] bytes = disk.readBytes(offset, geometry.clusterBytes());
                    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
                    disk.overlay().write(offset, buffer.put(0, bytes));
                }
            }
        }
    }

    /// From now on the host's files are what the plan says.
    private void adopt() {
        for (HostNode node : plan.before()) {
            node.children().clear();
            if (!node.isDirectory()) {
                volume.release(node);
            }
        }
        volume.forgetFiles();
        Map<Planned, HostNode> nodes = new HashMap<>();
        for (Planned planned : plan.after()) {
            Planned above = planned.parent();
            HostNode parent = above == null ? null : nodes.get(above);
            HostNode node = adopt(planned, parent);
            nodes.put(planned, node);
            if (parent != null) {
                parent.children().add(node);
            }
            if (!node.isDirectory()) {
                volume.assign(node);
                forgetWritten(node);
            }
        }
    }

    private static HostNode adopt(Planned planned, @Nullable HostNode parent) {
        GuestNode guest = planned.guest();
        HostNode carried = planned.carried();
        HostNode node = carried == null ? newNode(planned, parent) : carried;
        if (parent != null) {
            node.move(parent, planned.hostName());
        }
        node.show(guest.name());
        node.setClusters(guest.clusters());
        node.setLength(guest.length());
        if (planned.changesPermissions()) {
            node.setPermissions(planned.permissions(node.permissions()));
        }
        return node;
    }

    private static HostNode newNode(Planned planned, @Nullable HostNode parent) {
        GuestNode guest = planned.guest();
        HostNode model = planned.model();
        int mode = model == null ? 0644 : model.permissions();
        DirectoryEntry entry =
                new DirectoryEntry(
                        guest.directory()
                                ? DirectoryEntry.Kind.DIRECTORY
                                : DirectoryEntry.Kind.REGULAR,
                        guest.length(),
                        planned.permissions(mode),
                        0,
                        0,
                        0,
                        0,
                        0);
        return new HostNode(parent, planned.hostName(), entry, false);
    }

    private void forgetWritten(HostNode node) {
        Geometry geometry = disk.geometry();
        for (int cluster : node.clusters()) {
            long offset = geometry.clusterOffset(cluster);
            int sector = (int) (offset / Geometry.SECTOR);
            if (disk.overlay().isWritten(sector, geometry.sectorsPerCluster())) {
                disk.overlay().forget(offset, geometry.clusterBytes());
            }
        }
    }
}
