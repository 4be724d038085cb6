package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.util.Arrays;

/// Writes a new refcount table with new blocks from counted references, into clusters that nothing
/// refers to (qcow2 specification, "Refcounts").
///
/// The old structures stay as they are: until the header names the new table, the image is as it
/// was before. The new clusters are added to the counts that were given.
final class RefcountRebuild {
    private final ImageFile file;
    private final Geometry geometry;
    private final ClusterCounts references;
    private long[] table = new long[0];
    private long tableCluster;
    private int tableClusters;

    /// A rebuild from the references to every cluster, the old structures among them.
    RefcountRebuild(ImageFile file, Geometry geometry, ClusterCounts references) {
        this.file = file;
        this.geometry = geometry;
        this.references = references;
    }

    /// Writes blocks and table, and makes them stable.
    ///
    /// @return where the table is
    /// @throws BlockException with `EFBIG` if no refcount table could be that long
    TableLocation write() throws BlockException {
        place();
        RefcountCodec codec = new RefcountCodec(geometry.refcountOrder());
        byte[] block = new byte[geometry.clusterSize()];
        for (int i = 0; i < table.length; i++) {
            if (table[i] != 0) {
                encode(codec, block, firstOf(i));
                file.writeBytes(table[i], block, 0, block.length);
            }
        }
        file.flush();
        long offset = tableCluster << geometry.clusterBits();
        file.writeLongs(offset, table, 0, table.length);
        file.flush();
        return new TableLocation(offset, tableClusters);
    }

    /// The table as it was written.
    long[] table() {
        return table;
    }

    /// Finds room for blocks and table. Each may need another block that counts it, which may need
    /// a longer table; both only grow, so this ends.
    private void place() throws BlockException {
        while (true) {
            placeBlocks();
            int needed = clustersFor(table.length);
            if (needed == tableClusters) {
                return;
            }
            count(tableCluster, tableClusters, -1);
            tableClusters = needed;
            tableCluster = firstRoom(needed, 0);
            count(tableCluster, needed, 1);
        }
    }

    /// Gives a block to every part of the file that has clusters in use: a block is placed in the
    /// part that it counts, or behind it.
    private void placeBlocks() throws BlockException {
        long room = 0;
        int index = 0;
        while (firstOf(index) < references.clusters()) {
            grow(index + 1);
            if (table[index] != 0 || references.allZero(firstOf(index), firstOf(index + 1))) {
                index++;
                continue;
            }
            room = firstRoom(1, Math.max(room, firstOf(index)));
            count(room, 1, 1);
            table[index] = room << geometry.clusterBits();
        }
    }

    private void grow(int entries) throws BlockException {
        if (entries > table.length) {
            int perCluster = geometry.clusterSize() / Long.BYTES;
            int rounded = Math.ceilDiv(entries, perCluster) * perCluster;
            if (rounded > Qcow2Layout.MAX_REFCOUNT_TABLE_BYTES / Long.BYTES) {
                throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
            }
            table = Arrays.copyOf(table, rounded);
        }
    }

    private int clustersFor(int entries) {
        return entries >>> (geometry.clusterBits() - 3);
    }

    /// The first run of free clusters, which may end behind those that are counted.
    private long firstRoom(int clusters, long from) {
        long first = references.firstZero(from);
        while (!references.allZero(first, first + clusters)) {
            first = references.firstZero(first + 1);
        }
        return first;
    }

    private void count(long first, int clusters, int by) {
        references.growTo(first + clusters);
        for (long cluster = first; cluster < first + clusters; cluster++) {
            references.set(cluster, references.get(cluster) + by);
        }
    }

    private long firstOf(int index) {
        return (long) index << geometry.refblockBits();
    }

    private void encode(RefcountCodec codec, byte[] block, long first) {
        Arrays.fill(block, (byte) 0);
        int n = (int) Math.min(geometry.refblockEntries(), references.clusters() - first);
        for (int i = 0; i < n; i++) {
            codec.set(block, i, references.get(first + i));
        }
    }
}
