package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;

/// Finds free host clusters, first fit from where the last search ended, and counts them. Guarded
/// by the image's metadata lock.
final class ClusterAllocator {
    /// Waits of freed clusters that are cut short by a flush before flushes become rarer.
    private static final int EAGER_RECLAIMS = 32;

    /// Freed clusters that are worth a flush once flushes have become rare.
    private static final long WORTHWHILE_CLUSTERS = 1024;

    private final Qcow2Image image;
    private final ImageFile file;
    private final Geometry geometry;
    private final Refcounts refcounts;
    private final PendingFrees frees;
    private final OverlapChecker overlaps;
    private final Corruption corruption;
    private final boolean flushIsFree;
    private long next;
    private long nextByte;
    private int reclaims;

    /// @param flushIsFree the storage drops flushes, so that nothing is saved by avoiding them
    ClusterAllocator(Qcow2Image image, Refcounts refcounts, boolean flushIsFree) {
        this.file = image.file();
        this.geometry = image.geometry();
        this.refcounts = refcounts;
        this.frees = image.frees();
        this.overlaps = image.overlaps();
        this.corruption = image.corruption();
        this.image = image;
        this.flushIsFree = flushIsFree;
    }

    // ---- whole clusters

    /// Allocates consecutive clusters.
    ///
    /// @return the host offset of the first
    long allocate(long count) throws BlockException {
        file.event(DebugEvent.CLUSTER_ALLOC);
        reclaimIfWorthwhile();
        long first = take(count);
        try {
            claim(first, count);
        } catch (BlockException e) {
            next = Math.min(next, first);
            throw e;
        }
        return first << geometry.clusterBits();
    }

    /// Host clusters for data that are reserved, with what counts them.
    ///
    /// @param table where the refcount table is to be moved
    /// @param tableClusters how many it takes there
    /// @param data the first of the data
    record Area(long table, int tableClusters, long data) {}

    /// Allocates consecutive clusters as the peer does when it reserves space: behind a given one
    /// come the refcount blocks that are missing, then a new place for the refcount table, then the
    /// clusters.
    ///
    /// @param further clusters that will be needed soon, for which there are then refcount blocks
    Area allocateArea(long cluster, long count, long further) throws BlockException {
        long limit = Qcow2Layout.MAX_HOST_OFFSET >>> geometry.clusterBits();
        if (count > limit - further - cluster) {
            throw tooLarge();
        }
        long start = Math.max(cluster, refcounts.usedClusters());
        int perTableCluster = geometry.clusterSize() / Long.BYTES;
        int blocks = 0;
        long missing = 0;
        long table = refcounts.tableClusters();
        for (long needed = 1; needed > blocks; ) {
            refcounts.requireTableSize(needed);
            for (; blocks < needed; blocks++) {
                missing += refcounts.hasBlock((long) blocks << geometry.refblockBits()) ? 0 : 1;
            }
            table = Math.max(table, Math.ceilDiv(blocks, perTableCluster));
            long last = start + missing + table + count + further - 1;
            needed = (last >>> geometry.refblockBits()) + 1;
        }
        if (start + missing + table + count + further > limit) {
            throw tooLarge();
        }
        refcounts.growTableTo(blocks);
        long at = start;
        for (int i = 0; i < blocks; i++) {
            if (!refcounts.hasBlock((long) i << geometry.refblockBits())) {
                refcounts.addBlock(i, at);
                overlaps.addRefblock(at << geometry.clusterBits());
                at++;
            }
        }
        refcounts.raise(start, missing + table + count);
        return new Area(at, Math.toIntExact(table), at + table);
    }

    /// Allocates clusters for metadata, which never lie at the start of the file.
    ///
    /// @param what their name in messages
    long allocateMetadata(long count, String what) throws BlockException {
        long offset = allocate(count);
        if (offset == 0) {
            throw invalid(what);
        }
        return offset;
    }

    /// Allocates as many clusters as are free from an offset on, up to a count.
    ///
    /// @return how many were allocated; may be 0
    long allocateAt(long offset, long max) throws BlockException {
        long first = offset >>> geometry.clusterBits();
        long count = 0;
        while (count < max) {
            long cluster = first + count;
            long end = Math.min(first + max, refcounts.blockEnd(cluster));
            long used = refcounts.hasBlock(cluster) ? refcounts.firstUsed(cluster, end) : end;
            count = used - first;
            if (used < end) {
                break;
            }
        }
        if (count > 0) {
            claim(first, count);
        }
        return count;
    }

    /// Searches from the hint on, and moves the hint behind what it found.
    private long take(long count) throws BlockException {
        long limit = Qcow2Layout.MAX_HOST_OFFSET >>> geometry.clusterBits();
        if (count > limit) {
            throw tooLarge();
        }
        long start = next;
        long at = next;
        while (at - start < count && !refcounts.isBehindTable(at)) {
            long end = Math.min(start + count, refcounts.blockEnd(at));
            if (!refcounts.hasBlock(at)) {
                at = end;
                continue;
            }
            long used = refcounts.firstUsed(at, end);
            if (used == end) {
                at = end;
            } else {
                at = refcounts.firstFree(used, refcounts.blockEnd(used));
                start = at;
            }
        }
        if (start > limit - count) {
            throw tooLarge();
        }
        next = start + count;
        return start;
    }

    private static BlockException tooLarge() {
        return new BlockException(Errno.EFBIG, Errno.EFBIG.text());
    }

    private void claim(long first, long count) throws BlockException {
        refcounts.requireTableSize(((first + count - 1) >>> geometry.refblockBits()) + 1);
        for (long c = first; c < first + count; c = refcounts.blockEnd(c)) {
            file.event(DebugEvent.REFBLOCK_ALLOC);
            if (!refcounts.hasBlock(c)) {
                next = Math.max(next, first + count);
                addRefblock(c);
            } else {
                file.event(DebugEvent.REFBLOCK_LOAD);
            }
        }
        refcounts.raise(first, count);
    }

    /// Adds the refcount block of a cluster, behind everything taken so far. It may lie in the
    /// range that it counts, or else in one that has a block or gets one.
    private void addRefblock(long cluster) throws BlockException {
        int index = (int) Math.min(Integer.MAX_VALUE, cluster >>> geometry.refblockBits());
        refcounts.requireTableSize(index + 1L);
        long at = take(1);
        if (at == 0) {
            throw invalid("refcount block");
        }
        boolean countsItself = at >>> geometry.refblockBits() == index;
        if (!countsItself && !refcounts.hasBlock(at)) {
            addRefblock(at);
        }
        long offset = at << geometry.clusterBits();
        overlaps.require(null, offset, geometry.clusterSize());
        refcounts.addBlock(index, at);
        refcounts.raise(at, 1);
        overlaps.addRefblock(offset);
    }

    private BlockException invalid(String what) {
        return corruption.fatal(
                "Preventing invalid allocation of " + what + " at offset 0", -1, -1);
    }

    // ---- bytes

    /// Allocates bytes for compressed data, behind those of the last call if they are free. Each
    /// cluster that the bytes touch gets a reference.
    ///
    /// @param length at most a cluster
    /// @return the host offset
    long allocateBytes(int length) throws BlockException {
        file.event(DebugEvent.CLUSTER_ALLOC_BYTES);
        long offset = nextByte;
        int clusterSize = geometry.clusterSize();
        long room = offset == 0 ? 0 : clusterSize - geometry.offsetInCluster(offset);
        boolean isFull = room > 0 && refcounts.get(clusterOf(offset)) == geometry.maxRefcount();
        if (room == 0 || room == clusterSize || isFull) {
            offset = allocateMetadata(1, "compressed cluster");
        } else if (length <= room) {
            refcounts.raise(clusterOf(offset), 1);
        } else {
            offset = extendOrMove(offset, room);
        }
        nextByte = offset + length;
        if (geometry.isAligned(nextByte)) {
            nextByte = 0;
        }
        return offset;
    }

    private long extendOrMove(long offset, long room) throws BlockException {
        long fresh = allocateMetadata(1, "compressed cluster");
        if (fresh != offset + room) {
            return fresh;
        }
        try {
            refcounts.raise(clusterOf(offset), 1);
        } catch (BlockException e) {
            freeUnused(fresh, 1);
            throw e;
        }
        return offset;
    }

    private long clusterOf(long offset) {
        return offset >>> geometry.clusterBits();
    }

    // ---- freeing

    /// Gives clusters back that nothing on disk or in memory refers to.
    void freeUnused(long offset, long count) throws BlockException {
        release(clusterOf(offset), count);
    }

    /// Lowers the refcounts of clusters, whose time in {@link PendingFrees} is over.
    void release(long first, long count) throws BlockException {
        forgetBytesIn(first, count);
        next = Math.min(next, first);
        refcounts.lower(first, count);
    }

    /// Whoever frees part of the cluster that takes compressed data may free the rest of it soon.
    private void forgetBytesIn(long first, long count) {
        long partial = clusterOf(nextByte);
        if (nextByte != 0 && partial >= first && partial < first + count) {
            nextByte = 0;
        }
    }

    /// Freed clusters are used again at once while that is cheap; under a load that frees and
    /// allocates all the time, the file grows a little rather than being flushed for each.
    private void reclaimIfWorthwhile() throws BlockException {
        if (frees.isEmpty()) {
            return;
        }
        boolean isWorthwhile =
                flushIsFree
                        || reclaims < EAGER_RECLAIMS
                        || frees.unflushedClusters() >= WORTHWHILE_CLUSTERS;
        reclaims += frees.unflushedClusters() > 0 && isWorthwhile ? 1 : 0;
        image.writer().reclaim(isWorthwhile);
    }
}
