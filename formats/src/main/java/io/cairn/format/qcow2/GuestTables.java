package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;

/// The tables of the guest's mapping as those see them who change it: an L2 table that may be
/// written to, a longer L1 table. Used with the image's metadata lock held.
final class GuestTables {
    private final Qcow2Image image;
    private final ImageFile file;
    private final Geometry geometry;

    GuestTables(Qcow2Image image) {
        this.image = image;
        this.file = image.file();
        this.geometry = image.geometry();
    }

    /// The L2 entry of a guest cluster, 0 where there is no table.
    long entry(long guestCluster) throws BlockException {
        if (absentClusters(guestCluster, 1) > 0) {
            return 0;
        }
        L2Cache l2 = image.l2();
        return l2.slice(guestCluster).entry(l2.indexInSlice(guestCluster));
    }

    /// Guest clusters from one on for which there are no L2 tables, up to a count.
    long absentClusters(long guestCluster, long max) {
        L1Table l1 = image.l1();
        long first = image.l2().l1Index(guestCluster);
        long index = first;
        while (index < l1.size() && l1.tableOffset((int) index) == 0) {
            index++;
            if ((index << geometry.l2Bits()) - guestCluster >= max) {
                return max;
            }
        }
        if (index >= l1.size()) {
            return max;
        }
        return index == first ? 0 : (index << geometry.l2Bits()) - guestCluster;
    }

    /// The slice of a guest cluster, to be changed: its L2 table exists and belongs to the active
    /// L1 table alone.
    L2Slice writableSlice(long guestCluster) throws BlockException {
        L1Table l1 = image.l1();
        long index = image.l2().l1Index(guestCluster);
        if (index >= l1.size()) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
        int l1Index = (int) index;
        if (l1.tableOffset(l1Index) == 0) {
            addTable(l1Index);
            return image.l2().emptySlice(guestCluster);
        }
        if ((l1.entry(l1Index) & Qcow2Layout.COPIED) == 0) {
            copyTable(l1Index);
        }
        return image.l2().slice(guestCluster);
    }

    private void addTable(int l1Index) throws BlockException {
        long offset = allocateTable();
        try {
            file.event(DebugEvent.L2_ALLOC_WRITE);
            file.zero(offset, geometry.clusterSize());
            image.writer().settleNewTable();
        } catch (BlockException e) {
            image.abandon(offset, 1);
            throw e;
        }
        attach(l1Index, offset);
    }

    /// Copies a table that a snapshot refers to as well. What it refers to was counted for both
    /// when the snapshot was made.
    private void copyTable(int l1Index) throws BlockException {
        long old = image.l1().tableOffset(l1Index);
        image.l2().requireAligned(l1Index, old);
        long offset = allocateTable();
        try {
            byte[] table = new byte[geometry.clusterSize()];
            file.event(DebugEvent.L2_ALLOC_COW_READ);
            file.readBytes(old, table, 0, table.length);
            file.event(DebugEvent.L2_ALLOC_WRITE);
            file.writeBytes(offset, table, 0, table.length);
            image.writer().settleNewTable();
        } catch (BlockException e) {
            image.abandon(offset, 1);
            throw e;
        }
        attach(l1Index, offset);
        image.overlaps().l1Changed();
        image.frees().add(old >>> geometry.clusterBits(), 1, FreeReason.OTHER);
    }

    private long allocateTable() throws BlockException {
        long offset = image.allocator().allocateMetadata(1, "L2 table");
        try {
            image.overlaps().require(null, offset, geometry.clusterSize());
        } catch (BlockException e) {
            image.abandon(offset, 1);
            throw e;
        }
        return offset;
    }

    /// Has the L1 table name an L2 table that is settled, on disk too. If that fails nobody knows
    /// whether the disk names it: its cluster stays counted.
    private void attach(int l1Index, long offset) throws BlockException {
        L1Table l1 = image.l1();
        long old = l1.entry(l1Index);
        l1.set(l1Index, offset | Qcow2Layout.COPIED);
        try {
            l1.writeBack();
        } catch (BlockException e) {
            l1.set(l1Index, old);
            throw e;
        }
        image.overlaps().addL2Table(offset);
    }

    /// Lets go of the L2 tables from an L1 entry on, which refer to nothing any more.
    void dropTables(int fromL1Index) {
        L1Table l1 = image.l1();
        for (int i = fromL1Index; i < l1.size(); i++) {
            long table = l1.tableOffset(i);
            if (table != 0) {
                image.l2().forget(i);
                l1.set(i, 0);
                image.freeEntry(table, FreeReason.ALWAYS);
            }
        }
        image.overlaps().l1Changed();
    }

    /// Makes the L1 table longer. It moves to another place.
    ///
    /// @param exact false to leave room for more growth
    void growL1(long minEntries, boolean exact) throws BlockException {
        L1Table l1 = image.l1();
        if (minEntries <= l1.size()) {
            return;
        }
        long maxEntries = Qcow2Layout.MAX_L1_BYTES / Long.BYTES;
        long entries = exact ? minEntries : l1.size();
        while (entries < minEntries) {
            entries = Math.max(1, (3 * entries + 1) / 2);
        }
        entries = Math.min(entries, Math.max(minEntries, maxEntries));
        if (entries > maxEntries) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
        image.writer().writeBack();
        file.event(DebugEvent.L1_GROW_ALLOC_TABLE);
        long clusters = geometry.clusters(entries * Long.BYTES);
        long offset = image.allocator().allocateMetadata(clusters, "L1 table");
        TableLocation location = new TableLocation(offset, (int) entries);
        try {
            writeL1(location);
        } catch (BlockException e) {
            image.abandon(offset, clusters);
            throw e;
        }
        long oldCluster = l1.offset() >>> geometry.clusterBits();
        long oldClusters = geometry.clusters(l1.byteLength());
        file.event(DebugEvent.L1_GROW_ACTIVATE_TABLE);
        image.updateHeader(image.header().withL1(location), HeaderWriter.Part.L1_TABLE);
        l1.moved(location);
        if (oldClusters > 0) {
            image.frees().addWritten(oldCluster, oldClusters, FreeReason.OTHER);
        }
    }

    /// Writes the L1 table, and zeroes behind it, to another place, and makes that and the
    /// refcounts of that place stable.
    private void writeL1(TableLocation location) throws BlockException {
        long[] entries = new long[location.count()];
        long[] old = image.l1().copy();
        System.arraycopy(old, 0, entries, 0, old.length);
        image.overlaps().require(null, location.offset(), (long) entries.length * Long.BYTES);
        file.event(DebugEvent.L1_GROW_WRITE_TABLE);
        file.writeLongs(location.offset(), entries, 0, entries.length);
        image.writer().sync();
    }
}
