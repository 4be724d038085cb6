package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.WarningSink;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/// The disk as the host's files make it, without what a guest has written.
///
/// Boot sectors, allocation table and directories are in memory; files are read when they are asked
/// for.
///
/// Not for many threads while {@link #assign} or {@link #release} runs; the caller's lock says so.
final class Volume implements AutoCloseable {
    private final Geometry geometry;
    private final HostFolder folder;
    private final HostFiles files;
    private final HostNode root;

    private final byte[] masterBootRecord;
    private final byte[] reserved;
    private final byte[] table;

    /// What a cluster shows, and which of its clusters this one is.
    private final @Nullable HostNode[] owners;

    private final int[] positions;

    private Volume(Geometry geometry, HostFolder folder, List<HostNode> nodes, byte[] label) {
        this.geometry = geometry;
        this.folder = folder;
        this.files = new HostFiles(folder);
        this.root = nodes.getFirst();
        this.owners = new HostNode[geometry.clusterLimit()];
        this.positions = new int[geometry.clusterLimit()];
        this.table = new byte[geometry.tableSectors() * Geometry.SECTOR];
        FatType type = geometry.type();
        type.set(table, 0, type.mask() & ~0xff | BootSectors.media(geometry));
        type.set(table, 1, type.mask());
        int used = 0;
        for (HostNode node : nodes) {
            assign(node);
            link(node.clusters());
            used += node.clusters().length;
        }
        int next = Geometry.FIRST_CLUSTER + used;
        this.masterBootRecord = BootSectors.masterBootRecord(geometry);
        this.reserved = BootSectors.reserved(geometry, label, geometry.clusters() - used, next);
    }

    /// Reads a tree of the host and lays it out.
    static Volume read(HostFolder folder, Geometry geometry, byte[] label, WarningSink warnings)
            throws BlockException {
        List<HostNode> nodes = HostTree.read(folder, geometry, label, warnings);
        return new Volume(geometry, folder, nodes, label);
    }

    private void link(int[] chain) {
        FatType type = geometry.type();
        for (int i = 0; i < chain.length; i++) {
            int next = i + 1 < chain.length ? chain[i + 1] : type.mask();
            type.set(table, chain[i], next);
        }
    }

    Geometry geometry() {
        return geometry;
    }

    HostFolder folder() {
        return folder;
    }

    HostNode root() {
        return root;
    }

    /// The boot sector and what else is before the allocation tables.
    byte[] reserved() {
        return reserved;
    }

    /// Has a node's clusters show the node.
    void assign(HostNode node) {
        int[] chain = node.clusters();
        for (int i = 0; i < chain.length; i++) {
            owners[chain[i]] = node;
            positions[chain[i]] = i;
        }
    }

    /// Has those of a node's clusters that show the node show zeroes.
    void release(HostNode node) {
        for (int cluster : node.clusters()) {
            if (owners[cluster] == node) {
                owners[cluster] = null;
            }
        }
    }

    /// Whether a cluster shows a part of a file.
    boolean showsFile(int cluster) {
        HostNode owner = owners[cluster];
        return owner != null && !owner.isDirectory();
    }

    /// Lets go of open files, whose names may stand for others now.
    void forgetFiles() {
        files.forget();
    }

    /// Reads whole sectors.
    void read(long offset, ByteBuffer dst) throws BlockException {
        int done = 0;
        while (done < dst.remaining()) {
            int count = (int) Math.min(pieceLength(offset + done), dst.remaining() - done);
            readPiece(offset + done, Buffers.slice(dst, done, count));
            done += count;
        }
    }

    /// Bytes from an offset on that are in one region, and in one cluster.
    private long pieceLength(long offset) {
        long sector = offset / Geometry.SECTOR;
        long end;
        if (sector < geometry.volumeStart()) {
            end = geometry.volumeStart();
        } else if (sector < geometry.tableStart()) {
            end = geometry.tableStart();
        } else if (sector < geometry.rootStart()) {
            long table = (sector - geometry.tableStart()) / geometry.tableSectors();
            end = geometry.tableStart() + (table + 1) * geometry.tableSectors();
        } else if (sector < geometry.dataStart()) {
            end = geometry.dataStart();
        } else {
            int size = geometry.sectorsPerCluster();
            long cluster = (sector - geometry.dataStart()) / size;
            end = geometry.dataStart() + (cluster + 1) * size;
        }
        return end * Geometry.SECTOR - offset;
    }

    private void readPiece(long offset, ByteBuffer dst) throws BlockException {
        long sector = offset / Geometry.SECTOR;
        if (sector < geometry.volumeStart()) {
            copy(masterBootRecord, offset, dst);
        } else if (sector < geometry.tableStart()) {
            copy(reserved, offset - bytes(geometry.volumeStart()), dst);
        } else if (sector < geometry.rootStart()) {
            copy(table, (offset - bytes(geometry.tableStart())) % table.length, dst);
        } else if (sector < geometry.dataStart()) {
            copy(root.content(), offset - bytes(geometry.rootStart()), dst);
        } else {
            readCluster(offset - bytes(geometry.dataStart()), dst);
        }
    }

    private static long bytes(int sectors) {
        return (long) sectors * Geometry.SECTOR;
    }

    private void readCluster(long dataOffset, ByteBuffer dst) throws BlockException {
        int size = geometry.clusterBytes();
        int cluster = (int) (dataOffset / size) + Geometry.FIRST_CLUSTER;
        HostNode owner = cluster < owners.length ? owners[cluster] : null;
        if (owner == null) {
            Buffers.zero(dst);
            return;
        }
        long at = (long) positions[cluster] * size + dataOffset % size;
        if (owner.isDirectory()) {
            copy(owner.content(), at, dst);
        } else {
            files.read(owner, at, dst);
        }
    }

    /// Copies from an offset of an array; behind the array come zeroes.
    private static void copy(byte[] from, long offset, ByteBuffer dst) {
        int count = (int) Math.clamp(from.length - offset, 0L, dst.remaining());
        if (count > 0) {
            dst.put(dst.position(), from, (int) offset, count);
        }
        Buffers.zero(Buffers.slice(dst, count, dst.remaining() - count));
    }

    @Override
    public void close() {
        files.close();
        folder.close();
    }
}
