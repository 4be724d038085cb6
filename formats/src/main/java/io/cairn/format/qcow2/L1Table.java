package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;

import java.util.Arrays;
import java.util.BitSet;

/// The active L1 table, kept in memory as a whole. Guarded by the image's metadata lock.
final class L1Table {
    /// Entries that are written together: those of a sector.
    private static final int WRITE_UNIT = 512 / Long.BYTES;

    private final ImageFile file;
    private long offset;
    private long[] entries;
    private final BitSet dirty = new BitSet();

    private L1Table(ImageFile file, long offset, long[] entries) {
        this.file = file;
        this.offset = offset;
        this.entries = entries;
    }

    /// Reads a table whose location was checked.
    static L1Table read(ImageFile file, TableLocation location) throws BlockException {
        long[] entries = new long[location.count()];
        try {
            file.readLongs(location.offset(), entries, 0, entries.length);
        } catch (BlockException e) {
            throw e.prefixed("Could not read L1 table");
        }
        return new L1Table(file, location.offset(), entries);
    }

    int size() {
        return entries.length;
    }

    long offset() {
        return offset;
    }

    /// Bytes of the table.
    long byteLength() {
        return (long) entries.length * Long.BYTES;
    }

    long entry(int index) {
        return entries[index];
    }

    /// The host offset of an L2 table, 0 if there is none.
    long tableOffset(int index) {
        return entries[index] & Qcow2Layout.OFFSET_MASK;
    }

    void set(int index, long entry) {
        entries[index] = entry;
        dirty.set(index);
    }

    /// Whether the entry on disk is older than the one in memory.
    boolean isDirty(int index) {
        return dirty.get(index);
    }

    boolean isDirty() {
        return !dirty.isEmpty();
    }

    /// A copy of the entries.
    long[] copy() {
        return entries.clone();
    }

    /// The table is now elsewhere, written there as it is in memory but for entries appended as
    /// zeroes.
    void moved(TableLocation location) {
        offset = location.offset();
        entries = Arrays.copyOf(entries, location.count());
    }

    /// Reads the table again; what was not written is lost.
    void reload() throws BlockException {
        file.readLongs(offset, entries, 0, entries.length);
        dirty.clear();
    }

    /// Writes what has changed.
    void writeBack() throws BlockException {
        int first = dirty.nextSetBit(0);
        while (first >= 0) {
            int from = first / WRITE_UNIT * WRITE_UNIT;
            int to = Math.min(entries.length, from + WRITE_UNIT);
            file.event(DebugEvent.L1_UPDATE);
            file.writeLongs(offset + (long) from * Long.BYTES, entries, from, to - from);
            dirty.clear(from, to);
            first = dirty.nextSetBit(to);
        }
    }
}
