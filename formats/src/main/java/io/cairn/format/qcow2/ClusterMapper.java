package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Mapping;

/// Answers where a guest range is (qcow2 specification, "Cluster mapping"). One answer covers as
/// many clusters as continue each other within an L2 slice, or a row of absent L2 tables. Guarded
/// by the image's metadata lock.
final class ClusterMapper {
    private final Qcow2Image image;
    private final Geometry geometry;
    private final Child child;

    ClusterMapper(Qcow2Image image) {
        this.image = image;
        this.geometry = image.geometry();
        this.child = image.file().child();
    }

    /// One step of the mapping.
    ///
    /// @param offset a guest offset; beyond what the L1 table covers nothing is allocated
    /// @param mayBeZero data may lie in space that was reserved but never written
    Mapping map(long offset, long length, boolean mayBeZero) throws BlockException {
        L1Table l1 = image.l1();
        long cluster = offset >>> geometry.clusterBits();
        long l1Index = image.l2().l1Index(cluster);
        if (l1Index >= l1.size() || l1.tableOffset((int) l1Index) == 0) {
            return new Mapping.Unallocated(Math.min(length, absentFrom(offset, l1Index)));
        }
        L2Cache l2 = image.l2();
        L2Slice slice = l2.slice(cluster);
        long[] entries = slice.entries();
        int index = l2.indexInSlice(cluster);
        long inCluster = geometry.offsetInCluster(offset);
        int wanted =
                (int)
                        Math.min(
                                entries.length - index,
                                geometry.clusters(
                                        Math.min(length, Long.MAX_VALUE >> 1) + inCluster));
        long entry = entries[index];
        ClusterKind kind = ClusterKind.of(entry);
        image.requireSound(kind, entry, cluster);
        int run = run(kind, entries, index, wanted);
        long bytes = Math.min(length, ((long) run << geometry.clusterBits()) - inCluster);
        long host = (entry & Qcow2Layout.OFFSET_MASK) + inCluster;
        return switch (kind) {
            case UNALLOCATED -> new Mapping.Unallocated(bytes);
            case ZERO_PLAIN -> new Mapping.Zero(null, -1, bytes);
            case ZERO_ALLOCATED -> new Mapping.Zero(child, host, bytes);
            case DATA ->
                    image.encryption() == null
                            ? new Mapping.Data(child, host, bytes, mayBeZero)
                            : new Mapping.Transformed(child, host, bytes, false);
            case COMPRESSED -> new Mapping.Transformed(child, -1, bytes, true);
        };
    }

    /// Guest bytes from an offset on for which there are no L2 tables.
    private long absentFrom(long offset, long l1Index) {
        L1Table l1 = image.l1();
        long index = l1Index;
        while (index < l1.size() && l1.tableOffset((int) index) == 0) {
            index++;
        }
        return index >= l1.size() ? Long.MAX_VALUE : (index << geometry.l1EntryBits()) - offset;
    }

    /// Clusters from an index on that continue each other.
    private int run(ClusterKind kind, long[] entries, int index, int max) {
        int end = index + max;
        int at = index + 1;
        long clusterSize = geometry.clusterSize();
        long expected = normal(entries[index]);
        switch (kind) {
            case DATA, ZERO_ALLOCATED -> {
                while (at < end && normal(entries[at]) == expected + clusterSize) {
                    expected += clusterSize;
                    at++;
                }
            }
            case UNALLOCATED, ZERO_PLAIN -> {
                while (at < end && normal(entries[at]) == expected) {
                    at++;
                }
            }
            case COMPRESSED -> {
                while (at < end && (entries[at] & Qcow2Layout.COMPRESSED) != 0) {
                    at++;
                }
            }
        }
        return at - index;
    }

    /// An entry without what makes no difference to a reader.
    private static long normal(long entry) {
        return entry & (Qcow2Layout.OFFSET_MASK | Qcow2Layout.COMPRESSED | Qcow2Layout.ZERO);
    }
}
