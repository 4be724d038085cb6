package io.cairn.format.qcow2;

/// A refcount block in memory. Guarded by the image's metadata lock.
final class RefcountBlock {
    private final int tableIndex;
    private final byte[] bytes;
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;
    private boolean wasUsed = true;
    private boolean isAdded;

    RefcountBlock(int tableIndex, int length) {
        this.tableIndex = tableIndex;
        this.bytes = new byte[length];
    }

    /// A block that is not on disk yet.
    static RefcountBlock added(int tableIndex, int length) {
        RefcountBlock block = new RefcountBlock(tableIndex, length);
        block.isAdded = true;
        block.changed(0, length);
        return block;
    }

    /// Whether the block was never written.
    boolean isAdded() {
        return isAdded;
    }

    int tableIndex() {
        return tableIndex;
    }

    /// The block as it is on disk; whoever changes an entry says so by {@link #changed}.
    byte[] bytes() {
        return bytes;
    }

    /// Bytes of an entry in this range have changed.
    void changed(int fromByte, int toByte) {
        dirtyFrom = Math.min(dirtyFrom, fromByte);
        dirtyTo = Math.max(dirtyTo, toByte);
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
        isAdded = false;
        dirtyFrom = Integer.MAX_VALUE;
        dirtyTo = 0;
    }

    void use() {
        wasUsed = true;
    }

    /// Whether the block was used since the last call.
    boolean takeUse() {
        boolean used = wasUsed;
        wasUsed = false;
        return used;
    }
}
