package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CancelledJobException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Counts the references to every cluster of an image: from the header, the active and the
/// snapshots' tables, the snapshot table, bitmaps, the encryption header and the refcount
/// structures (qcow2 specification, "Refcounts").
final class ReferenceWalk {
    /// Longest piece in which neighbouring L2 tables are read.
    private static final int BATCH_LONGS = 1 << 17;

    private static final long SNAPSHOT_ENTRY_LENGTH = 40;
    private static final int BITMAP_ENTRY_LENGTH = 24;

    private final ImageFile file;
    private final Qcow2Header header;
    private final Geometry geometry;
    private final CheckTally tally;
    private final ClusterCounts counts;
    private final long[] batch;

    /// Where the table's next cluster is if it follows its predecessor; 0 at a table's start.
    private long nextContiguous;

    ReferenceWalk(ImageFile file, Qcow2Header header, CheckTally tally, ClusterCounts counts) {
        this.file = file;
        this.header = header;
        this.geometry = header.geometry();
        this.tally = tally;
        this.counts = counts;
        this.batch = new long[Math.max(BATCH_LONGS, geometry.l2Entries())];
    }

    /// Counts everything but the refcount blocks.
    void run() throws BlockException {
        count(0, geometry.clusterSize());
        countL1(header.l1().offset(), header.l1().count(), true);
        countSnapshots();
        countExtension(Qcow2Layout.EXTENSION_CRYPTO);
        countBitmaps();
        TableLocation table = header.refcountTable();
        count(table.offset(), (long) table.count() << geometry.clusterBits());
    }

    /// Counts one reference to each cluster of a range. A range that ends a cluster or more behind
    /// the file's end is a finding of its own.
    ///
    /// @return true if the range was counted
    boolean count(long offset, long length) {
        if (length <= 0) {
            return true;
        }
        long fileLength = file.length();
        if (offset < 0
                || length > Long.MAX_VALUE - offset
                || offset + length - fileLength >= geometry.clusterSize()) {
            tally.say(
                    "ERROR: counting reference for region exceeding the end of the file by one"
                            + " cluster or more: offset 0x"
                            + Long.toHexString(offset)
                            + " size 0x"
                            + Long.toHexString(length));
            tally.corruptions++;
            return false;
        }
        long last = (offset + length - 1) >>> geometry.clusterBits();
        for (long cluster = offset >>> geometry.clusterBits(); cluster <= last; cluster++) {
            counts.increment(cluster);
        }
        return true;
    }

    private void countL1(long offset, int entries, boolean active) throws BlockException {
        if (!count(offset, (long) entries * Long.BYTES)) {
            tally.isIncomplete = true;
            return;
        }
        int pieceEntries = BATCH_LONGS;
        long[] l1 = new long[Math.min(entries, pieceEntries)];
        for (int first = 0; first < entries; first += pieceEntries) {
            int n = Math.min(pieceEntries, entries - first);
            file.readLongs(offset + (long) first * Long.BYTES, l1, 0, n);
            countTables(l1, n, active);
        }
    }

    private void countTables(long[] l1, int n, boolean active) throws BlockException {
        int perBatch = Math.max(1, BATCH_LONGS / geometry.l2Entries());
        for (int i = 0; i < n; ) {
            if (l1[i] == 0) {
                i++;
                continue;
            }
            if (!checkL1Entry(l1[i])) {
                i++;
                continue;
            }
            long first = l1[i] & Qcow2Layout.OFFSET_MASK;
            int run = 1;
            while (run < perBatch
                    && i + run < n
                    && (l1[i + run] & Qcow2Layout.OFFSET_MASK)
                            == first + ((long) run << geometry.clusterBits())
                    && checkL1Entry(l1[i + run])) {
                run++;
            }
            file.readLongs(first, batch, 0, run * geometry.l2Entries());
            for (int t = 0; t < run; t++) {
                countTable(
                        first + ((long) t << geometry.clusterBits()),
                        t * geometry.l2Entries(),
                        active);
            }
            i += run;
            progress(i, n);
        }
    }

    private void progress(int done, int all) throws CancelledJobException {
        tally.request().progress().advanced(done, all);
    }

    /// True if the entry's L2 table can be looked at.
    private boolean checkL1Entry(long entry) {
        if ((entry & Qcow2Layout.L1_RESERVED_MASK) != 0) {
            tally.corruption("found L1 entry with reserved bits set: " + Long.toHexString(entry));
        }
        long l2 = entry & Qcow2Layout.OFFSET_MASK;
        boolean inside = count(l2, geometry.clusterSize());
        if (!geometry.isAligned(l2)) {
            tally.corruption(
                    "l2_offset="
                            + Long.toHexString(l2)
                            + ": Table is not cluster aligned; L1 entry corrupted");
            inside = false;
        }
        if (!inside) {
            tally.isIncomplete = true;
        }
        return inside;
    }

    private void countTable(long tableOffset, int from, boolean active) throws BlockException {
        nextContiguous = 0;
        for (int i = 0; i < geometry.l2Entries(); i++) {
            long entry = batch[from + i];
            if (entry == 0) {
                continue;
            }
            ClusterKind kind = ClusterKind.of(entry);
            if (kind != ClusterKind.COMPRESSED && (entry & Qcow2Layout.L2_RESERVED_MASK) != 0) {
                tally.corruption(
                        "found l2 entry with reserved bits set: " + Long.toHexString(entry));
            }
            switch (kind) {
                case COMPRESSED -> countCompressed(entry, active);
                case DATA, ZERO_ALLOCATED ->
                        countCluster(entry, kind, tableOffset + (long) i * Long.BYTES, active);
                case UNALLOCATED, ZERO_PLAIN -> {}
            }
        }
    }

    private void countCompressed(long entry, boolean active) {
        int shift = geometry.compressedSizeShift();
        long offset = entry & ((1L << shift) - 1);
        long sectors = ((entry & (Qcow2Layout.COMPRESSED - 1)) >>> shift) + 1;
        long length =
                sectors * Qcow2Layout.COMPRESSED_SECTOR
                        - (offset & (Qcow2Layout.COMPRESSED_SECTOR - 1));
        if ((entry & Qcow2Layout.COPIED) != 0) {
            tally.say(
                    "ERROR: coffset=0x"
                            + Long.toHexString(offset)
                            + ": copied flag must never be set for compressed clusters");
            tally.corruptions++;
        }
        if (active) {
            tally.allocated++;
            tally.compressed++;
            tally.fragmented++;
        }
        count(offset, length);
    }

    private void countCluster(long entry, ClusterKind kind, long entryOffset, boolean active)
            throws BlockException {
        long offset = entry & Qcow2Layout.OFFSET_MASK;
        if (active) {
            tally.allocated++;
            if (nextContiguous != 0 && offset != nextContiguous) {
                tally.fragmented++;
            }
            nextContiguous = offset + geometry.clusterSize();
        }
        if (!geometry.isAligned(offset) && repairedMisaligned(offset, kind, entryOffset)) {
            return;
        }
        count(offset, geometry.clusterSize());
    }

    /// Reports an offset inside a cluster. A zero cluster can do without its host cluster; data
    /// cannot be mended.
    private boolean repairedMisaligned(long offset, ClusterKind kind, long entryOffset)
            throws BlockException {
        boolean zero = kind == ClusterKind.ZERO_ALLOCATED;
        boolean fix = zero && tally.request().fixErrors();
        tally.say(
                (fix ? "Repairing offset=" : "ERROR offset=")
                        + Long.toHexString(offset)
                        + (zero ? ": Preallocated cluster" : ": Data cluster")
                        + " is not properly aligned; L2 entry corrupted.");
        if (!fix) {
            tally.corruptions++;
            return false;
        }
        file.writeLongs(entryOffset, new long[] {Qcow2Layout.ZERO}, 0, 1);
        tally.corruptionsFixed++;
        return true;
    }

    // ---- snapshots

    private void countSnapshots() throws BlockException {
        TableLocation table = header.snapshots();
        long position = table.offset();
        for (int i = 0; i < table.count(); i++) {
            byte[] fixed = new byte[(int) SNAPSHOT_ENTRY_LENGTH];
            file.readBytes(position, fixed, 0, fixed.length);
            ByteBuffer entry = ByteBuffer.wrap(fixed);
            int idLength = Short.toUnsignedInt(entry.getShort(12));
            int nameLength = Short.toUnsignedInt(entry.getShort(14));
            long extra = Integer.toUnsignedLong(entry.getInt(36));
            if (extra > Qcow2Layout.MAX_SNAPSHOT_EXTRA_DATA * 64L || position > file.length()) {
                tally.corruption("snapshot table entry " + i + " is beyond the image");
                tally.isIncomplete = true;
                return;
            }
            long text = position + SNAPSHOT_ENTRY_LENGTH + extra;
            countSnapshot(entry, text(text, idLength), text(text + idLength, nameLength));
            position = (text + idLength + nameLength + 7) & -8L;
        }
        if (table.count() > 0) {
            count(table.offset(), position - table.offset());
        }
    }

    private void countSnapshot(ByteBuffer entry, String id, String name) throws BlockException {
        long offset = entry.getLong(0);
        long entries = Integer.toUnsignedLong(entry.getInt(8));
        String subject = "snapshot " + id + " (" + name + ") ";
        if (!geometry.isAligned(offset)) {
            tally.corruption(
                    subject
                            + "l1_offset=0x"
                            + Long.toHexString(offset)
                            + ": L1 table is not cluster aligned; snapshot table entry corrupted");
            tally.isIncomplete = true;
        } else if (entries * Long.BYTES > Qcow2Layout.MAX_L1_BYTES) {
            tally.corruption(
                    subject
                            + "l1_size=0x"
                            + Long.toHexString(entries)
                            + ": L1 table is too large; snapshot table entry corrupted");
            tally.isIncomplete = true;
        } else {
            countL1(offset, (int) entries, false);
        }
    }

    private String text(long offset, int length) throws BlockException {
        byte[] bytes = new byte[length];
        file.readBytes(offset, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    // ---- extensions

    /// Counts the range that an extension gives by offset and length.
    private void countExtension(int type) {
        HeaderExtension extension = header.extension(type);
        if (extension == null || extension.length() < 16) {
            return;
        }
        ByteBuffer data = extension.data();
        if (!count(data.getLong(0), data.getLong(8))) {
            tally.isIncomplete = true;
        }
    }

    private void countBitmaps() throws BlockException {
        HeaderExtension extension = header.extension(Qcow2Layout.EXTENSION_BITMAPS);
        if (extension == null || extension.length() < BITMAP_ENTRY_LENGTH) {
            return;
        }
        ByteBuffer data = extension.data();
        long length = data.getLong(8);
        long offset = data.getLong(16);
        if (length < 0
                || length > Qcow2Layout.MAX_BITMAP_DIRECTORY_BYTES
                || !count(offset, length)) {
            tally.corruption("bitmap directory of " + length + " bytes is beyond the image");
            tally.isIncomplete = true;
            return;
        }
        byte[] directory = new byte[(int) length];
        file.readBytes(offset, directory, 0, directory.length);
        ByteBuffer entries = ByteBuffer.wrap(directory);
        int position = 0;
        while (position + BITMAP_ENTRY_LENGTH <= directory.length) {
            countBitmap(
                    entries.getLong(position),
                    Integer.toUnsignedLong(entries.getInt(position + 8)));
            int name = Short.toUnsignedInt(entries.getShort(position + 18));
            long extra = Integer.toUnsignedLong(entries.getInt(position + 20));
            long next = (position + BITMAP_ENTRY_LENGTH + extra + name + 7) & -8L;
            position = (int) Math.min(next, Integer.MAX_VALUE);
        }
        if (position != directory.length) {
            tally.corruption("bitmap directory entry reaches beyond the directory");
            tally.isIncomplete = true;
        }
    }

    private void countBitmap(long tableOffset, long entries) throws BlockException {
        if (entries > Qcow2Layout.MAX_BITMAP_TABLE_ENTRIES
                || !geometry.isAligned(tableOffset)
                || !count(tableOffset, entries * Long.BYTES)) {
            tally.corruption("bitmap table at " + tableOffset + " is beyond the image");
            tally.isIncomplete = true;
            return;
        }
        for (long first = 0; first < entries; first += BATCH_LONGS) {
            int n = (int) Math.min(BATCH_LONGS, entries - first);
            file.readLongs(tableOffset + first * Long.BYTES, batch, 0, n);
            for (int i = 0; i < n; i++) {
                countBitmapCluster(batch[i]);
            }
        }
    }

    private void countBitmapCluster(long entry) {
        long offset = entry & Qcow2Layout.OFFSET_MASK;
        boolean reserved = (entry & ~Qcow2Layout.OFFSET_MASK & (offset == 0 ? -2L : -1L)) != 0;
        if (reserved || !geometry.isAligned(offset)) {
            tally.corruption(
                    "found bitmap table entry with reserved bits set: " + Long.toHexString(entry));
            tally.isIncomplete = true;
        } else if (offset != 0) {
            count(offset, geometry.clusterSize());
        }
    }
}
