package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

/// Writes cached metadata in an order by which the image on disk is consistent at every instant,
/// but for clusters that nothing refers to:
///
/// 1. a refcount block is written and flushed before the refcount table names it;
/// 2. guest data, refcounts and new L2 tables are flushed before an entry that refers to them is
///    written; the L1 entry that names a new L2 table is written at once;
/// 3. the removal of a reference is written and flushed before the refcount is lowered and the
///    cluster is used again or given back to the storage.
///
/// While the dirty bit is set, refcounts on disk mean nothing and may come late.
///
/// Used with the image's metadata lock held.
final class MetadataWriter {
    private final Qcow2Image image;
    private final ImageFile file;
    private final Geometry geometry;
    private boolean needsBarrier;
    private boolean isActive;

    MetadataWriter(Qcow2Image image) {
        this.image = image;
        this.file = image.file();
        this.geometry = image.geometry();
    }

    /// Something was written, or is about to be, that must be stable before the next entry that
    /// refers to it.
    void requireBarrier() {
        needsBarrier = true;
    }

    /// Writes all that is dirty. It need not be on stable storage afterwards.
    void writeBack() throws BlockException {
        if (isActive) {
            return;
        }
        isActive = true;
        try {
            if (!image.header().features().isDirty()) {
                writeRefcounts();
            }
            image.l2().writeBack(false);
            if (image.l1().isDirty() || image.l2().hasDirtyReachable()) {
                if (needsBarrier) {
                    barrier();
                }
                image.l2().writeBack(true);
                image.l1().writeBack();
            }
            image.frees().metadataWritten();
        } finally {
            isActive = false;
        }
    }

    /// Makes an L2 table that was written, and refcounts up to now, stable: an L1 entry may name
    /// it.
    void settleNewTable() throws BlockException {
        isActive = true;
        try {
            writeRefcounts();
            barrier();
        } finally {
            isActive = false;
        }
    }

    /// Writes all that is dirty, makes it stable, and frees what lost its last reference.
    void sync() throws BlockException {
        writeBack();
        barrier();
        releaseFrees();
    }

    /// Whether {@link #sync} has something to do that a flush of the storage alone does not.
    boolean hasWork() {
        Refcounts refcounts = image.loadedRefcounts();
        return image.l1().isDirty()
                || image.l2().isDirty()
                || !image.frees().isEmpty()
                || (refcounts != null
                        && !image.header().features().isDirty()
                        && refcounts.isDirty());
    }

    /// Writes all there is, late refcounts included, and makes it stable.
    void finish() throws BlockException {
        sync();
        Refcounts refcounts = image.loadedRefcounts();
        if (refcounts != null && refcounts.isDirty()) {
            isActive = true;
            try {
                writeRefcounts();
            } finally {
                isActive = false;
            }
            barrier();
            releaseFrees();
        }
    }

    /// Frees what can be freed.
    ///
    /// @param byFlush true to make removals stable for that
    void reclaim(boolean byFlush) throws BlockException {
        if (isActive) {
            return;
        }
        if (byFlush && image.frees().unflushedClusters() > 0) {
            sync();
        } else {
            releaseFrees();
        }
    }

    private void barrier() throws BlockException {
        file.flush();
        needsBarrier = false;
        image.frees().flushed();
    }

    // ---- refcounts

    private void writeRefcounts() throws BlockException {
        Refcounts refcounts = image.loadedRefcounts();
        if (refcounts == null || !refcounts.isDirty()) {
            return;
        }
        needsBarrier = true;
        if (refcounts.needsMove()) {
            moveRefcountTable(refcounts);
            return;
        }
        refcounts.writeBlocks();
        if (refcounts.isTableDirty()) {
            barrier();
            refcounts.writeTable();
            needsBarrier = true;
        }
    }

    private void moveRefcountTable(Refcounts refcounts) throws BlockException {
        file.event(DebugEvent.REFTABLE_GROW);
        ClusterAllocator allocator = image.allocator();
        int clusters;
        long offset;
        while (true) {
            clusters = refcounts.tableClusters();
            offset = allocator.allocateMetadata(clusters, "refcount table");
            if (clusters == refcounts.tableClusters()) {
                break;
            }
            allocator.freeUnused(offset, clusters);
        }
        moveRefcountTable(refcounts, new TableLocation(offset, clusters));
    }

    /// Writes the refcount table, with all blocks that have changed, to clusters that were
    /// allocated for it, and frees its old place.
    ///
    /// @param location to which the table fits; given back if that fails
    void moveRefcountTableTo(TableLocation location) throws BlockException {
        isActive = true;
        try {
            moveRefcountTable(image.refcounts(), location);
        } finally {
            isActive = false;
        }
    }

    private void moveRefcountTable(Refcounts refcounts, TableLocation location)
            throws BlockException {
        TableLocation old = refcounts.location();
        long offset = location.offset();
        int clusters = location.count();
        try {
            image.overlaps().require(null, offset, (long) clusters << geometry.clusterBits());
            file.event(DebugEvent.REFBLOCK_ALLOC_WRITE_BLOCKS);
            refcounts.writeBlocks();
            refcounts.writeTableTo(offset);
            barrier();
        } catch (BlockException e) {
            image.abandon(offset, clusters);
            throw e;
        }
        file.event(DebugEvent.REFBLOCK_ALLOC_SWITCH_TABLE);
        image.updateHeader(
                image.header().withRefcountTable(location), HeaderWriter.Part.REFCOUNT_TABLE);
        refcounts.moved(location);
        needsBarrier = true;
        image.frees()
                .addWritten(old.offset() >>> geometry.clusterBits(), old.count(), FreeReason.OTHER);
    }

    // ---- frees

    /// Lowers the refcounts of what nobody can use any more. All is done that can be; the first
    /// failure is thrown at the end.
    private void releaseFrees() throws BlockException {
        Releasing releasing = new Releasing();
        image.frees().release(releasing::release);
        releasing.discardFreed();
        if (releasing.failure != null) {
            throw releasing.failure;
        }
    }

    private final class Releasing {
        private final LongRuns freed = new LongRuns();
        private @Nullable BlockException failure;

        void release(long first, long count, FreeReason reason) {
            try {
                file.event(DebugEvent.CLUSTER_FREE);
                image.allocator().release(first, count);
                if (image.passesDiscard(reason)) {
                    collect(first, count);
                }
            } catch (BlockException e) {
                fail(e);
            }
        }

        private void collect(long first, long count) throws BlockException {
            for (long c = first; c < first + count; c++) {
                if (image.refcounts().get(c) == 0) {
                    freed.add(c, 1, 0);
                }
            }
        }

        void discardFreed() {
            for (int i = 0; i < freed.size(); i++) {
                try {
                    file.child()
                            .discard(
                                    freed.first(i) << geometry.clusterBits(),
                                    freed.count(i) << geometry.clusterBits());
                } catch (BlockException e) {
                    if (e.errno() != Errno.ENOTSUP) {
                        fail(e);
                    }
                }
            }
        }

        private void fail(BlockException e) {
            if (failure == null) {
                failure = e;
            }
        }
    }
}
