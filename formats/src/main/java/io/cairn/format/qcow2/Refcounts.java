package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The refcounts of host clusters: the refcount table in memory, blocks in a cache.
///
/// A refcount is raised before the reference that it counts is written, and lowered after the
/// reference is gone from the disk for certain ({@link PendingFrees}). So a block may be written at
/// any time. Guarded by the image's metadata lock.
final class Refcounts {
    /// Bytes that are written together.
    private static final int WRITE_UNIT = 4096;

    private static final int TABLE_WRITE_UNIT = 512 / Long.BYTES;

    private final ImageFile file;
    private final Geometry geometry;
    private final RefcountCodec codec;
    private final Corruption corruption;
    private final List<RefcountBlock> resident = new ArrayList<>();
    private final BitSet dirtyEntries = new BitSet();
    private TableLocation location;
    private long[] table;
    private @Nullable RefcountBlock[] blocks;
    private int maxBlocks;
    private int hand;

    private Refcounts(
            ImageFile file,
            Geometry geometry,
            Corruption corruption,
            TableLocation location,
            long[] table,
            int maxBlocks) {
        this.file = file;
        this.geometry = geometry;
        this.codec = new RefcountCodec(geometry.refcountOrder());
        this.corruption = corruption;
        this.location = location;
        this.table = table;
        this.blocks = new RefcountBlock[table.length];
        this.maxBlocks = maxBlocks;
    }

    /// Reads the table, whose location was checked.
    static Refcounts read(
            ImageFile file,
            Geometry geometry,
            Corruption corruption,
            TableLocation location,
            CacheSizes sizes)
            throws BlockException {
        long[] table = new long[location.count() << (geometry.clusterBits() - 3)];
        file.event(DebugEvent.REFTABLE_LOAD);
        try {
            file.readLongs(location.offset(), table, 0, table.length);
        } catch (BlockException e) {
            throw e.prefixed("Could not initialize refcount handling");
        }
        return new Refcounts(file, geometry, corruption, location, table, sizes.refcountBlocks());
    }

    /// Where the table is on disk.
    TableLocation location() {
        return location;
    }

    /// The entries of the table, more than on disk while it {@linkplain #needsMove needs to move}.
    int tableEntries() {
        return table.length;
    }

    /// The offset of a block, 0 if there is none.
    long blockOffset(int tableIndex) {
        return table[tableIndex] & Qcow2Layout.REFBLOCK_OFFSET_MASK;
    }

    void setCacheSize(int newMaxBlocks) {
        maxBlocks = newMaxBlocks;
    }

    // ---- entries

    private int blockIndex(long cluster) throws BlockException {
        long index = cluster >>> geometry.refblockBits();
        if (index > Integer.MAX_VALUE) {
            throw tooLarge();
        }
        return (int) index;
    }

    private int indexInBlock(long cluster) {
        return (int) cluster & (geometry.refblockEntries() - 1);
    }

    /// Whether there is a block for a cluster; without one its refcount is 0.
    boolean hasBlock(long cluster) {
        long index = cluster >>> geometry.refblockBits();
        return index < table.length && blockOffset((int) index) != 0;
    }

    /// Whether a cluster and all behind it are beyond what the table covers.
    boolean isBehindTable(long cluster) {
        return cluster >>> geometry.refblockBits() >= table.length;
    }

    /// The refcount of a cluster, as unsigned for 64 bits.
    long get(long cluster) throws BlockException {
        return hasBlock(cluster) ? codec.get(block(cluster).bytes(), indexInBlock(cluster)) : 0;
    }

    /// The first of the clusters from `from` on whose refcount is not 0, or `to` if all are free.
    /// The range lies in one block that exists.
    long firstUsed(long from, long to) throws BlockException {
        byte[] bytes = block(from).bytes();
        int start = indexInBlock(from);
        int count = (int) (to - from);
        for (int i = 0; i < count; i++) {
            if (codec.get(bytes, start + i) != 0) {
                return from + i;
            }
        }
        return to;
    }

    /// The first of the clusters from `from` on whose refcount is 0, or `to` if none is free. The
    /// range lies in one block that exists.
    long firstFree(long from, long to) throws BlockException {
        byte[] bytes = block(from).bytes();
        int start = indexInBlock(from);
        int count = (int) (to - from);
        for (int i = 0; i < count; i++) {
            if (codec.get(bytes, start + i) == 0) {
                return from + i;
            }
        }
        return to;
    }

    /// The end of the block that counts a cluster.
    long blockEnd(long cluster) {
        return (cluster | (geometry.refblockEntries() - 1)) + 1;
    }

    /// Raises the refcounts of clusters whose blocks exist by one, all or none.
    void raise(long first, long count) throws BlockException {
        for (long cluster = first; cluster < first + count; cluster++) {
            long old;
            try {
                old = get(cluster);
                if (old == geometry.maxRefcount()) {
                    throw new CorruptImageException(Errno.EINVAL, Errno.EINVAL.text());
                }
                set(cluster, old + 1);
            } catch (BlockException e) {
                lowerAfter(e, first, cluster - first);
                throw e;
            }
        }
    }

    private void lowerAfter(BlockException failure, long first, long count) {
        try {
            lower(first, count);
        } catch (BlockException e) {
            failure.addSuppressed(e);
        }
    }

    /// Lowers the refcounts of clusters by one. One that is 0 already, in a damaged image, stays so
    /// and makes this fail after the others are done.
    void lower(long first, long count) throws BlockException {
        boolean isSound = true;
        for (long cluster = first; cluster < first + count; cluster++) {
            long old = get(cluster);
            isSound &= old != 0;
            if (old != 0) {
                set(cluster, old - 1);
            }
        }
        if (!isSound) {
            throw new CorruptImageException(Errno.EINVAL, Errno.EINVAL.text());
        }
    }

    /// Sets the refcount of a cluster whose block exists.
    void set(long cluster, long value) throws BlockException {
        RefcountBlock block = block(cluster);
        int index = indexInBlock(cluster);
        codec.set(block.bytes(), index, value);
        int from = codec.byteOf(index);
        block.changed(from, from + Math.max(1, geometry.refcountBits() / Byte.SIZE));
    }

    // ---- blocks

    private RefcountBlock block(long cluster) throws BlockException {
        int index = blockIndex(cluster);
        RefcountBlock block = blocks[index];
        if (block == null) {
            return load(index);
        }
        block.use();
        return block;
    }

    private RefcountBlock load(int index) throws BlockException {
        long offset = blockOffset(index);
        if (!geometry.isAligned(offset)) {
            throw corruption.fatal(
                    "Refblock offset "
                            + Hex.of(offset)
                            + " unaligned (reftable index: "
                            + Hex.of(index)
                            + ")",
                    -1,
                    -1);
        }
        makeRoom();
        RefcountBlock block = new RefcountBlock(index, geometry.clusterSize());
        file.readBytes(offset, block.bytes(), 0, block.bytes().length);
        insert(block);
        return block;
    }

    private void insert(RefcountBlock block) {
        blocks[block.tableIndex()] = block;
        resident.add(block);
    }

    private void makeRoom() throws BlockException {
        while (resident.size() >= maxBlocks) {
            hand = hand >= resident.size() ? 0 : hand;
            RefcountBlock block = resident.get(hand);
            if (block.takeUse()) {
                hand++;
                continue;
            }
            if (block.isDirty()) {
                write(block);
            }
            blocks[block.tableIndex()] = null;
            RefcountBlock last = resident.removeLast();
            if (last != block) {
                resident.set(hand, last);
            }
        }
    }

    /// Lets go of clean blocks that were not used since the last call.
    void clean() {
        for (int i = resident.size() - 1; i >= 0; i--) {
            RefcountBlock block = resident.get(i);
            if (!block.takeUse() && !block.isDirty()) {
                blocks[block.tableIndex()] = null;
                resident.remove(i);
            }
        }
    }

    /// The blocks in memory.
    int residentBlocks() {
        return resident.size();
    }

    /// Adds an empty block at a host cluster, counted by itself or by a block that exists already.
    /// The table grows in memory if it must.
    ///
    /// @throws BlockException with `EFBIG` if no table could be that long
    void addBlock(int index, long hostCluster) throws BlockException {
        growTable(index + 1L);
        makeRoom();
        RefcountBlock block = RefcountBlock.added(index, geometry.clusterSize());
        table[index] = hostCluster << geometry.clusterBits();
        dirtyEntries.set(index);
        insert(block);
    }

    /// Checks that a table could have this many entries.
    void requireTableSize(long entries) throws BlockException {
        if (entries > Qcow2Layout.MAX_REFCOUNT_TABLE_BYTES / Long.BYTES) {
            throw tooLarge();
        }
    }

    /// Makes the table in memory long enough for so many entries, and no longer than it must be.
    void growTableTo(long entries) throws BlockException {
        if (entries > table.length) {
            requireTableSize(entries);
            resizeTable(entries);
        }
    }

    private void growTable(long entries) throws BlockException {
        if (entries <= table.length) {
            return;
        }
        requireTableSize(entries);
        long max = Qcow2Layout.MAX_REFCOUNT_TABLE_BYTES / Long.BYTES;
        resizeTable(Math.max(entries, Math.min(max, table.length + table.length / 2L)));
    }

    private void resizeTable(long wanted) {
        int perCluster = geometry.clusterSize() / Long.BYTES;
        int rounded = Math.toIntExact((wanted + perCluster - 1) / perCluster * perCluster);
        table = Arrays.copyOf(table, rounded);
        blocks = Arrays.copyOf(blocks, rounded);
    }

    private static BlockException tooLarge() {
        return new BlockException(Errno.EFBIG, Errno.EFBIG.text());
    }

    /// Lets go of blocks that count nothing, or only themselves, and makes that stable before the
    /// clusters of the former are free. To be called until it does nothing: what it frees may have
    /// been all that another block counts.
    ///
    /// @return false if there was no such block
    boolean dropEmptyBlocks() throws BlockException {
        List<Long> counted = new ArrayList<>();
        boolean any = false;
        for (int i = 0; i < table.length; i++) {
            long cluster = blockOffset(i) >>> geometry.clusterBits();
            long first = (long) i << geometry.refblockBits();
            boolean countsItself = cluster >= first && cluster < blockEnd(first);
            boolean isEmpty =
                    cluster != 0
                            && (countsItself
                                    ? countsOnly(first, cluster)
                                    : firstUsed(first, blockEnd(first)) == blockEnd(first));
            if (isEmpty) {
                forget(i);
                table[i] = 0;
                dirtyEntries.set(i);
                any = true;
                if (!countsItself) {
                    counted.add(cluster);
                }
            }
        }
        if (any) {
            file.flush();
            writeTable();
            file.flush();
        }
        for (long cluster : counted) {
            requireCounted(cluster);
            lower(cluster, 1);
        }
        return any;
    }

    private void requireCounted(long block) throws BlockException {
        if (get(block) == 0) {
            long offset = block << geometry.clusterBits();
            throw corruption.fatal(
                    "Refblock at " + Hex.of(offset) + " is not covered by the refcount structures",
                    offset,
                    geometry.clusterSize());
        }
    }

    /// Whether a block has no other entry than one of 1 for a cluster.
    private boolean countsOnly(long first, long cluster) throws BlockException {
        long end = blockEnd(first);
        return get(cluster) == 1
                && firstUsed(first, cluster) == cluster
                && firstUsed(cluster + 1, end) == end;
    }

    private void forget(int index) {
        RefcountBlock block = blocks[index];
        if (block != null) {
            resident.remove(block);
            blocks[index] = null;
        }
    }

    /// How many clusters there are up to the last that is used.
    long usedClusters() throws BlockException {
        for (int i = table.length - 1; i >= 0; i--) {
            long first = (long) i << geometry.refblockBits();
            if (blockOffset(i) == 0) {
                continue;
            }
            for (long c = blockEnd(first) - 1; c >= first; c--) {
                if (get(c) != 0) {
                    return c + 1;
                }
            }
        }
        return 0;
    }

    // ---- writing

    /// Whether the table has outgrown its place on disk.
    boolean needsMove() {
        return table.length > (long) location.count() << (geometry.clusterBits() - 3);
    }

    /// Clusters that the table takes.
    int tableClusters() {
        return table.length >>> (geometry.clusterBits() - 3);
    }

    boolean isTableDirty() {
        return !dirtyEntries.isEmpty();
    }

    boolean isDirty() {
        if (isTableDirty()) {
            return true;
        }
        for (RefcountBlock block : resident) {
            if (block.isDirty()) {
                return true;
            }
        }
        return false;
    }

    /// Writes the blocks that have changed.
    void writeBlocks() throws BlockException {
        for (RefcountBlock block : resident) {
            if (block.isDirty()) {
                write(block);
            }
        }
    }

    private void write(RefcountBlock block) throws BlockException {
        int from = block.dirtyFrom() & -WRITE_UNIT;
        int to = Math.min(block.bytes().length, (block.dirtyTo() + WRITE_UNIT - 1) & -WRITE_UNIT);
        file.event(
                block.isAdded()
                        ? DebugEvent.REFBLOCK_ALLOC_WRITE
                        : DebugEvent.REFBLOCK_UPDATE_PART);
        file.writeBytes(blockOffset(block.tableIndex()) + from, block.bytes(), from, to - from);
        block.written();
    }

    /// Writes the entries of the table that have changed. The blocks they name are on disk.
    void writeTable() throws BlockException {
        int first = dirtyEntries.nextSetBit(0);
        while (first >= 0) {
            int from = first / TABLE_WRITE_UNIT * TABLE_WRITE_UNIT;
            int to = Math.min(table.length, from + TABLE_WRITE_UNIT);
            file.event(DebugEvent.REFBLOCK_ALLOC_HOOKUP);
            file.writeLongs(location.offset() + (long) from * Long.BYTES, table, from, to - from);
            dirtyEntries.clear(from, to);
            first = dirtyEntries.nextSetBit(to);
        }
    }

    /// Writes the whole table to another place. It counts there from {@link #moved} on.
    void writeTableTo(long offset) throws BlockException {
        file.event(DebugEvent.REFBLOCK_ALLOC_WRITE_TABLE);
        file.writeLongs(offset, table, 0, table.length);
    }

    /// The header names the table's new place.
    void moved(TableLocation newLocation) {
        location = newLocation;
        dirtyEntries.clear();
    }
}
