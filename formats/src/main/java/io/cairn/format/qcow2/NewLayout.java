package io.cairn.format.qcow2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the structures of a new image go: clusters are given out from the start of the file, and
/// refcount blocks follow what first needs them.
///
/// The header is at cluster 0, the refcount table begins at 1, the first refcount block is 2. When
/// the table is full it moves behind all that the last block covers, with room to grow, and its old
/// place stays free. All host clusters here are cluster indices.
final class NewLayout {
    /// Clusters that are not in use, below the end of the file.
    private record Hole(long first, long end) {}

    private final Geometry geometry;
    private final int blocksPerTableCluster;
    private final List<Hole> holes = new ArrayList<>();
    private long[] blocks = {2};
    private long end = 3;
    private long tableFirst = 1;
    private int tableClusters = 1;

    /// Clusters behind the end that the grown table has taken.
    private long reservedFirst = Long.MAX_VALUE;

    private long reservedEnd = Long.MAX_VALUE;

    NewLayout(Geometry geometry) {
        this.geometry = geometry;
        this.blocksPerTableCluster = geometry.clusterSize() / Long.BYTES;
    }

    /// The first cluster behind all that are in use.
    long end() {
        return hasReservation() ? reservedEnd : end;
    }

    /// The refcount table's place; its count is of clusters.
    TableLocation table() {
        return new TableLocation(tableFirst << geometry.clusterBits(), tableClusters);
    }

    /// The clusters of the refcount blocks by index, 0 where there is none.
    long[] blocks() {
        return blocks.clone();
    }

    /// Gives out a run of clusters and the refcount blocks that it needs.
    ///
    /// @return its first
    long allocate(long clusters) {
        long first = take(clusters);
        long lastBlock = block(first + clusters - 1);
        for (long i = block(first); i <= lastBlock; i++) {
            requireBlock(Math.toIntExact(i));
        }
        return first;
    }

    /// Moves the refcount table behind the end, with the blocks for that many clusters that will
    /// then be given out; where the table was is free.
    ///
    /// @return the first cluster of the table's old place
    long reserve(long clusters) {
        skipReservation();
        int known = blocksInUse();
        int wanted = known;
        int table;
        while (true) {
            table = Math.ceilDiv(wanted, blocksPerTableCluster);
            long total = end + (wanted - known) + table + clusters;
            int needed = Math.toIntExact(block(total - 1) + 1);
            if (needed <= wanted) {
                break;
            }
            wanted = needed;
        }
        for (int i = known; i < wanted; i++) {
            setBlock(i, end++);
        }
        long old = tableFirst;
        holes.add(new Hole(old, old + tableClusters));
        tableFirst = end;
        tableClusters = table;
        end += table;
        return old;
    }

    /// Takes a free cluster below the end.
    void reuse(long cluster) {
        for (int i = 0; i < holes.size(); i++) {
            Hole hole = holes.get(i);
            if (hole.first == cluster) {
                holes.set(i, new Hole(cluster + 1, hole.end));
            }
        }
    }

    /// Writes the refcounts of a block.
    void encode(int block, RefcountCodec codec, byte[] into) {
        long first = (long) block << geometry.refblockBits();
        int used = Math.clamp(end() - first, 0, geometry.refblockEntries());
        for (int i = 0; i < used; i++) {
            codec.set(into, i, 1);
        }
        for (Hole hole : allHoles()) {
            int from = Math.clamp(hole.first - first, 0, geometry.refblockEntries());
            int to = Math.clamp(hole.end - first, 0, geometry.refblockEntries());
            for (int i = from; i < to; i++) {
                codec.set(into, i, 0);
            }
        }
    }

    private List<Hole> allHoles() {
        if (!hasReservation()) {
            return holes;
        }
        List<Hole> all = new ArrayList<>(holes);
        all.add(new Hole(/* first= */ end, /* end= */ reservedFirst));
        return all;
    }

    private long take(long clusters) {
        if (clusters > reservedFirst - end) {
            skipReservation();
        }
        long first = end;
        end += clusters;
        return first;
    }

    private boolean hasReservation() {
        return reservedFirst != Long.MAX_VALUE;
    }

    private void skipReservation() {
        if (hasReservation()) {
            holes.add(new Hole(/* first= */ end, /* end= */ reservedFirst));
            end = reservedEnd;
            reservedFirst = Long.MAX_VALUE;
        }
    }

    private void requireBlock(int index) {
        if (index < blocks.length && blocks[index] != 0) {
            return;
        }
        long cluster = take(1);
        int own = Math.toIntExact(block(cluster));
        if (own != index) {
            requireBlock(own);
        }
        setBlock(index, cluster);
        if (index >= tableClusters * blocksPerTableCluster) {
            growTable(Math.max(index, own) + 1);
        }
    }

    /// Makes room for a block that the table has no entry for.
    ///
    /// @param used blocks up to the highest
    private void growTable(int used) {
        int own = 1;
        int table;
        while (true) {
            int entries = used + own;
            table = Math.ceilDiv(entries + entries / 2, blocksPerTableCluster);
            int needed = Math.toIntExact(block(used + table) + 1);
            if (needed <= own) {
                break;
            }
            own = needed;
        }
        holes.add(new Hole(tableFirst, tableFirst + tableClusters));
        long at = (long) used << geometry.refblockBits();
        for (int i = 0; i < own; i++) {
            setBlock(used + i, at + i);
        }
        reservedFirst = at;
        tableFirst = at + own;
        tableClusters = table;
        reservedEnd = tableFirst + table;
    }

    private void setBlock(int index, long cluster) {
        if (index >= blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(index + 1, blocks.length * 2));
        }
        blocks[index] = cluster;
    }

    private int blocksInUse() {
        int count = blocks.length;
        while (count > 0 && blocks[count - 1] == 0) {
            count--;
        }
        return count;
    }

    private long block(long cluster) {
        return cluster >>> geometry.refblockBits();
    }
}
