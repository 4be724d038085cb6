package io.cairn.format.qcow2;

/// A part of an L2 table in memory. Guarded by the image's metadata lock.
final class L2Slice {
    private final int l1Index;
    private final int number;
    private final long[] entries;
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;
    private boolean wasUsed = true;

    /// @param number which slice of the table
    L2Slice(int l1Index, int number, int entryCount) {
        this.l1Index = l1Index;
        this.number = number;
        this.entries = new long[entryCount];
    }

    int l1Index() {
        return l1Index;
    }

    int number() {
        return number;
    }

    /// The entries; whoever changes one says so by {@link #set}.
    long[] entries() {
        return entries;
    }

    long entry(int index) {
        return entries[index];
    }

    void set(int index, long entry) {
        entries[index] = entry;
        dirtyFrom = Math.min(dirtyFrom, index);
        dirtyTo = Math.max(dirtyTo, index + 1);
    }

    boolean isDirty() {
        return dirtyTo != 0;
    }

    int dirtyFrom() {
        return dirtyFrom;
    }

    int dirtyTo() {
        return dirtyTo;
    }

    void written() {
        dirtyFrom = Integer.MAX_VALUE;
        dirtyTo = 0;
    }

    void use() {
        wasUsed = true;
    }

    /// Whether the slice was used since the last call.
    boolean takeUse() {
        boolean used = wasUsed;
        wasUsed = false;
        return used;
    }
}
