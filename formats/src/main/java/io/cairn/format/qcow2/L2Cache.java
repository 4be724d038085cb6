package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The slices of the active L2 tables that are in memory, found by guest position in two steps and
/// let go by the clock algorithm. Guarded by the image's metadata lock.
final class L2Cache {
    /// Entries that are written together: a page's.
    private static final int WRITE_UNIT = 4096 / Long.BYTES;

    /// Writes what is dirty, in an order that keeps the image consistent.
    @FunctionalInterface
    interface WriteBack {
        void run() throws BlockException;
    }

    private final ImageFile file;
    private final Geometry geometry;
    private final L1Table l1;
    private final Corruption corruption;
    private final WriteBack writeBack;
    private final int sliceBits;
    private final int maxSlices;
    private final List<L2Slice> resident = new ArrayList<>();
    private @Nullable L2Slice[] @Nullable [] tables;
    private int hand;

    /// @param writeBack makes every slice clean; called when the cache is full of dirty ones
    L2Cache(
            ImageFile file,
            Geometry geometry,
            L1Table l1,
            Corruption corruption,
            CacheSizes sizes,
            WriteBack writeBack) {
        this.file = file;
        this.geometry = geometry;
        this.l1 = l1;
        this.corruption = corruption;
        this.writeBack = writeBack;
        this.sliceBits = Integer.numberOfTrailingZeros(sizes.l2SliceBytes() / Long.BYTES);
        this.maxSlices = sizes.l2Slices();
        this.tables = new L2Slice[l1.size()][];
    }

    /// log2 of the entries of a slice.
    int sliceBits() {
        return sliceBits;
    }

    int sliceEntries() {
        return 1 << sliceBits;
    }

    /// The index of a guest cluster's entry in its slice.
    int indexInSlice(long guestCluster) {
        return (int) guestCluster & (sliceEntries() - 1);
    }

    /// The L1 entry that a guest cluster belongs to; may be beyond the table.
    long l1Index(long guestCluster) {
        return guestCluster >>> geometry.l2Bits();
    }

    /// The slice of a guest cluster whose L1 entry names a table.
    L2Slice slice(long guestCluster) throws BlockException {
        int l1Index = (int) l1Index(guestCluster);
        int number = (int) (guestCluster & (geometry.l2Entries() - 1)) >>> sliceBits;
        if (tables.length < l1.size()) {
            tables = Arrays.copyOf(tables, l1.size());
        }
        @Nullable L2Slice[] table = tables[l1Index];
        L2Slice slice = table == null ? null : table[number];
        if (slice == null) {
            return load(l1Index, number);
        }
        slice.use();
        return slice;
    }

    /// The slice of a guest cluster in a table that is new and empty.
    L2Slice emptySlice(long guestCluster) throws BlockException {
        int l1Index = (int) l1Index(guestCluster);
        int number = (int) (guestCluster & (geometry.l2Entries() - 1)) >>> sliceBits;
        if (tables.length < l1.size()) {
            tables = Arrays.copyOf(tables, l1.size());
        }
        makeRoom();
        L2Slice slice = new L2Slice(l1Index, number, sliceEntries());
        insert(slice);
        return slice;
    }

    private L2Slice load(int l1Index, int number) throws BlockException {
        long tableOffset = l1.tableOffset(l1Index);
        requireAligned(l1Index, tableOffset);
        makeRoom();
        L2Slice slice = new L2Slice(l1Index, number, sliceEntries());
        file.event(DebugEvent.L2_LOAD);
        file.readLongs(
                tableOffset + ((long) number << (sliceBits + 3)),
                slice.entries(),
                0,
                sliceEntries());
        insert(slice);
        return slice;
    }

    /// Checks where an L1 entry says its table is.
    void requireAligned(int l1Index, long tableOffset) throws BlockException {
        if (!geometry.isAligned(tableOffset)) {
            throw corruption.fatal(
                    "L2 table offset "
                            + Hex.of(tableOffset)
                            + " unaligned (L1 index: "
                            + Hex.of(l1Index)
                            + ")",
                    -1,
                    -1);
        }
    }

    private void insert(L2Slice slice) {
        @Nullable L2Slice[] table = tables[slice.l1Index()];
        if (table == null) {
            table = new L2Slice[geometry.l2Entries() >>> sliceBits];
            tables[slice.l1Index()] = table;
        }
        table[slice.number()] = slice;
        resident.add(slice);
    }

    private void makeRoom() throws BlockException {
        if (resident.size() < maxSlices) {
            return;
        }
        if (!evictClean()) {
            writeBack.run();
            evictClean();
        }
    }

    /// Lets go of a clean slice that was not used lately, or of any clean one.
    private boolean evictClean() {
        for (int step = 0; step < 2 * resident.size(); step++) {
            hand = hand >= resident.size() ? 0 : hand;
            L2Slice slice = resident.get(hand);
            if (!slice.takeUse() && !slice.isDirty()) {
                removeAt(hand);
                return true;
            }
            hand++;
        }
        return false;
    }

    private void removeAt(int index) {
        L2Slice slice = resident.get(index);
        L2Slice last = resident.removeLast();
        if (slice != last) {
            resident.set(index, last);
        }
        @Nullable L2Slice[] table = tables[slice.l1Index()];
        if (table != null) {
            table[slice.number()] = null;
        }
    }

    /// Lets go of all slices of a table that is no more; what was dirty in them is lost.
    void forget(int l1Index) {
        if (l1Index >= tables.length || tables[l1Index] == null) {
            return;
        }
        for (int i = resident.size() - 1; i >= 0; i--) {
            if (resident.get(i).l1Index() == l1Index) {
                removeAt(i);
            }
        }
        tables[l1Index] = null;
    }

    /// Lets go of clean slices that were not used since the last call.
    void clean() {
        for (int i = resident.size() - 1; i >= 0; i--) {
            L2Slice slice = resident.get(i);
            if (!slice.takeUse() && !slice.isDirty()) {
                removeAt(i);
            }
        }
    }

    /// The slices in memory.
    int residentSlices() {
        return resident.size();
    }

    /// Whether a slice is dirty whose table the image on disk refers to.
    boolean hasDirtyReachable() {
        for (L2Slice slice : resident) {
            if (slice.isDirty() && !l1.isDirty(slice.l1Index())) {
                return true;
            }
        }
        return false;
    }

    boolean isDirty() {
        for (L2Slice slice : resident) {
            if (slice.isDirty()) {
                return true;
            }
        }
        return false;
    }

    /// Writes dirty slices.
    ///
    /// @param reachable those of tables that the image on disk refers to, or those of the others
    void writeBack(boolean reachable) throws BlockException {
        for (L2Slice slice : resident) {
            if (slice.isDirty() && l1.isDirty(slice.l1Index()) != reachable) {
                write(slice);
            }
        }
    }

    private void write(L2Slice slice) throws BlockException {
        int from = slice.dirtyFrom() & -WRITE_UNIT;
        int to = Math.min(sliceEntries(), (slice.dirtyTo() + WRITE_UNIT - 1) & -WRITE_UNIT);
        long offset = l1.tableOffset(slice.l1Index()) + ((long) slice.number() << (sliceBits + 3));
        file.event(DebugEvent.L2_UPDATE);
        file.writeLongs(offset + (long) from * Long.BYTES, slice.entries(), from, to - from);
        slice.written();
    }
}
