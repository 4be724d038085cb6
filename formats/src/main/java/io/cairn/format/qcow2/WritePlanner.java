package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.spi.WritePlan;

/// Plans guest writes: finds the host clusters that can be written in place, allocates others, and
/// keeps everyone else from changing the mapping of those until the plan has ended.
///
/// A plan covers a run of guest clusters of one L2 slice that lies in a row on the host: first the
/// clusters that the image owns already, then new ones behind them.
final class WritePlanner {
    private final Qcow2Image image;
    private final Geometry geometry;

    WritePlanner(Qcow2Image image) {
        this.image = image;
        this.geometry = image.geometry();
    }

    /// Plans the write of a prefix of a guest range.
    WritePlan plan(long offset, long length) throws BlockException {
        image.lock();
        try {
            return planLocked(offset, length);
        } finally {
            image.unlock();
        }
    }

    private WritePlan planLocked(long offset, long length) throws BlockException {
        image.prepareToModify();
        long cluster = offset >>> geometry.clusterBits();
        long inCluster = geometry.offsetInCluster(offset);
        image.plans().awaitFree(cluster);
        image.corruption().requireUsable();
        L2Slice slice = image.tables().writableSlice(cluster);
        int index = image.l2().indexInSlice(cluster);
        long wanted =
                Math.min(slice.entries().length - index, geometry.clusters(length + inCluster));
        int max = (int) image.plans().freeClusters(cluster, wanted);
        Run run = findRun(slice, index, max, cluster);
        long bytes = Math.min(length, ((long) run.count() << geometry.clusterBits()) - inCluster);
        image.overlaps().require(null, run.host(), (long) run.count() << geometry.clusterBits());
        return new ClusterPlan(image, cluster, run, inCluster, bytes);
    }

    /// Host clusters in a row for guest clusters in a row.
    ///
    /// @param host offset of the first
    /// @param owned clusters from the first on that were allocated before
    /// @param count clusters in all
    /// @param changedFrom the first whose L2 entry changes, or `count`
    /// @param changedTo behind the last whose L2 entry changes
    /// @param isHidden the guest sees nothing of the host clusters yet
    record Run(long host, int owned, int count, int changedFrom, int changedTo, boolean isHidden) {}

    private Run findRun(L2Slice slice, int index, int max, long cluster) throws BlockException {
        int owned = ownedRun(slice, index, max, cluster);
        if (owned == 0) {
            int count = foreignRun(slice, index, max);
            long host = image.allocator().allocate(count);
            return new Run(host, 0, count, 0, count, true);
        }
        long host = slice.entry(index) & Qcow2Layout.OFFSET_MASK;
        int fresh = 0;
        if (owned < max) {
            int foreign = foreignRun(slice, index + owned, max - owned);
            long behind = host + ((long) owned << geometry.clusterBits());
            fresh = (int) image.allocator().allocateAt(behind, foreign);
        }
        int from = 0;
        while (from < owned && isData(slice.entry(index + from))) {
            from++;
        }
        int to = owned + fresh;
        while (to > from && to <= owned && isData(slice.entry(index + to - 1))) {
            to--;
        }
        boolean isHidden = true;
        for (int i = 0; i < owned; i++) {
            isHidden &= !isData(slice.entry(index + i));
        }
        return new Run(host, owned, owned + fresh, Math.min(from, to), to, isHidden);
    }

    private static boolean isData(long entry) {
        return ClusterKind.of(entry) == ClusterKind.DATA;
    }

    private static boolean isOwned(long entry) {
        return (entry & Qcow2Layout.COPIED) != 0 && ClusterKind.of(entry).hasHostCluster();
    }

    /// Clusters from an index on that the active table alone refers to, in a row on the host.
    private int ownedRun(L2Slice slice, int index, int max, long cluster) throws BlockException {
        long first = slice.entry(index);
        if (!isOwned(first)) {
            image.requireSound(ClusterKind.of(first), first, cluster);
            return 0;
        }
        image.requireAlignedForWrite(first, cluster);
        long expected = first & Qcow2Layout.OFFSET_MASK;
        int count = 0;
        while (count < max) {
            long entry = slice.entry(index + count);
            if (!isOwned(entry) || (entry & Qcow2Layout.OFFSET_MASK) != expected) {
                break;
            }
            expected += geometry.clusterSize();
            count++;
        }
        return count;
    }

    /// Clusters from an index on that need a new place.
    private static int foreignRun(L2Slice slice, int index, int max) {
        int count = 0;
        while (count < max && !isOwned(slice.entry(index + count))) {
            count++;
        }
        return count;
    }
}
