package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.spi.BackingView;

/// Makes guest clusters read as zeroes, and discards them, by their entries alone.
///
/// In version 3 an entry says that its cluster is zero, with or without space of its own. In
/// version 2 a cluster is zero only where it is unallocated and there is no backing file.
final class Zeroing {
    private final Qcow2Image image;
    private final Geometry geometry;
    private final BackingView backing;

    Zeroing(Qcow2Image image, BackingView backing) {
        this.image = image;
        this.geometry = image.geometry();
        this.backing = backing;
    }

    // ---- zeroes

    /// Makes a range read as zeroes: whole clusters (the last may end with the disk), or a part of
    /// one whose rest reads as zeroes already.
    ///
    /// @param unmap the clusters' space may go
    /// @return false if entries cannot say it; nothing is changed then
    boolean writeZeroes(long offset, long length, boolean unmap) throws BlockException {
        if (!image.header().hasZeroClusters() && backing.isPresent()) {
            return false;
        }
        long first = offset >>> geometry.clusterBits();
        if (isWhole(offset, length)) {
            zero(first, geometry.clusters(length), unmap);
            return true;
        }
        return geometry.offsetInCluster(offset) + length <= geometry.clusterSize()
                && zeroPart(offset, length, first, unmap);
    }

    private boolean isWhole(long offset, long length) {
        return geometry.isAligned(offset)
                && (geometry.isAligned(length) || offset + length >= diskEnd());
    }

    private long diskEnd() {
        return image.header().size();
    }

    private boolean zeroPart(long offset, long length, long cluster, boolean unmap)
            throws BlockException {
        long start = cluster << geometry.clusterBits();
        long end = Math.min(start + geometry.clusterSize(), diskEnd());
        boolean isRestZero =
                backing.readsAsZero(start, offset - start)
                        && backing.readsAsZero(offset + length, end - offset - length);
        image.lock();
        try {
            image.prepareToModify();
            image.plans().awaitFree(cluster);
            image.corruption().requireUsable();
            ClusterKind kind = ClusterKind.of(image.tables().entry(cluster));
            if (kind.isZero()) {
                return true;
            }
            if (kind != ClusterKind.UNALLOCATED || !isRestZero) {
                return false;
            }
            change(cluster, 1, unmap ? Change.ZERO_AND_FREE : Change.ZERO, FreeReason.REQUEST);
            return true;
        } finally {
            image.unlock();
        }
    }

    /// Makes clusters read as zeroes.
    void zero(long first, long count, boolean unmap) throws BlockException {
        changeAll(first, count, unmap ? Change.ZERO_AND_FREE : Change.ZERO, FreeReason.REQUEST);
    }

    // ---- discard

    /// Discards the whole clusters of a range; the last may end with the disk.
    void discard(long offset, long length) throws BlockException {
        if (!image.header().hasZeroClusters() && backing.isPresent()) {
            return;
        }
        long end = offset + length;
        long first = geometry.clusters(offset);
        long last = end >= diskEnd() ? geometry.clusters(end) : end >>> geometry.clusterBits();
        if (last > first) {
            changeAll(first, last - first, Change.DISCARD, FreeReason.REQUEST);
        }
    }

    /// Drops clusters, so that the backing file shows through.
    void drop(long first, long count, FreeReason reason) throws BlockException {
        changeAll(first, count, Change.DROP, reason);
    }

    // ---- both

    /// What becomes of an entry.
    private enum Change {
        ZERO,
        ZERO_AND_FREE,
        DISCARD,
        DROP
    }

    private void changeAll(long first, long count, Change change, FreeReason reason)
            throws BlockException {
        long end = first + count;
        for (long cluster = first; cluster < end; ) {
            image.lock();
            try {
                image.prepareToModify();
                image.plans().awaitFree(cluster);
                image.corruption().requireUsable();
                long n = image.plans().freeClusters(cluster, end - cluster);
                cluster += change(cluster, n, change, reason);
            } finally {
                image.unlock();
            }
        }
    }

    /// Changes clusters from one on, of its L2 slice at most.
    ///
    /// @return how many are done
    private long change(long cluster, long max, Change change, FreeReason reason)
            throws BlockException {
        long absent = image.tables().absentClusters(cluster, max);
        if (absent > 0 && changed(0, change) == 0) {
            return absent;
        }
        L2Slice slice = image.tables().writableSlice(cluster);
        int index = image.l2().indexInSlice(cluster);
        int count = (int) Math.min(max, slice.entries().length - index);
        for (int i = index; i < index + count; i++) {
            long old = slice.entry(i);
            long now = changed(old, change);
            if (now != old) {
                slice.set(i, now);
                if ((now & Qcow2Layout.OFFSET_MASK) == 0) {
                    image.freeEntry(old, reason);
                }
            }
        }
        return count;
    }

    private long changed(long entry, Change change) {
        ClusterKind kind = ClusterKind.of(entry);
        long empty = image.header().hasZeroClusters() ? Qcow2Layout.ZERO : 0;
        return switch (change) {
            case ZERO -> kind.hasHostCluster() && empty != 0 ? entry | Qcow2Layout.ZERO : empty;
            case ZERO_AND_FREE -> empty;
            case DISCARD -> {
                boolean isNothing = kind == ClusterKind.UNALLOCATED && !backing.isPresent();
                yield isNothing ? entry : empty;
            }
            case DROP -> 0;
        };
    }
}
