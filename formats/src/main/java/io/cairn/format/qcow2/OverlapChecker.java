package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Looks before a write whether it would hit metadata that it does not mean. Guarded by the image's
/// metadata lock.
final class OverlapChecker {
    private static final OverlapCheck[] ALL = OverlapCheck.values();

    private final Qcow2Image image;
    private final Geometry geometry;
    private final LongSet l2Tables = new LongSet();
    private final LongSet refblocks = new LongSet();
    private final LongSet inactiveL2Tables = new LongSet();
    private boolean knowsL2Tables;
    private boolean knowsRefblocks;
    private boolean knowsInactiveL2Tables;
    private int checks;

    /// @param checks a set of {@link OverlapCheck}s
    OverlapChecker(Qcow2Image image, int checks) {
        this.image = image;
        this.geometry = image.geometry();
        this.checks = checks;
    }

    void setChecks(int newChecks) {
        checks = newChecks;
    }

    /// An L2 table is no longer in use.
    void l1Changed() {
        knowsL2Tables = false;
    }

    /// Refcount blocks are no more.
    void refblocksChanged() {
        knowsRefblocks = false;
    }

    /// The tables were read anew.
    void reload() {
        knowsL2Tables = false;
        knowsRefblocks = false;
    }

    /// A new L2 table is in use.
    void addL2Table(long offset) {
        addTo(l2Tables, offset);
    }

    /// A new refcount block is in use.
    void addRefblock(long offset) {
        addTo(refblocks, offset);
    }

    /// Marks the image corrupt and fails if a write would hit metadata.
    ///
    /// @param meant the structure that is written, null for guest data
    void require(@Nullable OverlapCheck meant, long offset, long length) throws BlockException {
        int set = meant == null ? checks : checks & ~meant.bit();
        for (OverlapCheck check : ALL) {
            if ((set & check.bit()) != 0 && hits(check, offset, length)) {
                throw image.corruption()
                        .fatal(
                                "Preventing invalid write on metadata (overlaps with "
                                        + check.text()
                                        + ")",
                                offset,
                                length);
            }
        }
    }

    private boolean hits(OverlapCheck check, long offset, long length) throws BlockException {
        Qcow2Header header = image.header();
        int clusterBits = geometry.clusterBits();
        return switch (check) {
            case MAIN_HEADER -> offset < geometry.clusterSize();
            case ACTIVE_L1 -> meets(offset, length, image.l1().offset(), image.l1().byteLength());
            case ACTIVE_L2 -> contains(activeL2Tables(), offset, length);
            case REFCOUNT_BLOCK -> contains(activeRefblocks(), offset, length);
            case REFCOUNT_TABLE ->
                    meets(
                            offset,
                            length,
                            header.refcountTable().offset(),
                            (long) header.refcountTable().count() << clusterBits);
            case SNAPSHOT_TABLE ->
                    meets(
                            offset,
                            length,
                            header.snapshots().offset(),
                            image.snapshots().byteLength());
            case INACTIVE_L1 -> meetsInactiveL1(offset, length);
            case INACTIVE_L2 -> contains(inactiveL2Tables(), offset, length);
            case BITMAP_DIRECTORY -> meetsBitmapDirectory(header, offset, length);
        };
    }

    private boolean meetsInactiveL1(long offset, long length) {
        for (TableLocation l1 : image.snapshots().l1Tables()) {
            if (meets(offset, length, l1.offset(), (long) l1.count() * Long.BYTES)) {
                return true;
            }
        }
        return false;
    }

    /// The directory lies where the header extension says while its feature bit is set.
    private static boolean meetsBitmapDirectory(Qcow2Header header, long offset, long length) {
        HeaderExtension extension = header.extension(Qcow2Layout.EXTENSION_BITMAPS);
        if (!header.features().hasBitmaps() || extension == null || extension.length() < 24) {
            return false;
        }
        ByteBuffer fields = extension.data();
        return meets(offset, length, fields.getLong(16), fields.getLong(8));
    }

    private LongSet inactiveL2Tables() throws BlockException {
        if (!knowsInactiveL2Tables) {
            inactiveL2Tables.clear();
            for (TableLocation l1 : image.snapshots().l1Tables()) {
                addInactive(l1);
            }
            knowsInactiveL2Tables = true;
        }
        return inactiveL2Tables;
    }

    private void addInactive(TableLocation l1) throws BlockException {
        long bytes = Integer.toUnsignedLong(l1.count()) * Long.BYTES;
        if (bytes > Qcow2Layout.MAX_L1_BYTES) {
            throw new CorruptImageException(Errno.EFBIG, Errno.EFBIG.text());
        }
        if (l1.offset() < 0 || !geometry.isAligned(l1.offset())) {
            throw new CorruptImageException(Errno.EINVAL, Errno.EINVAL.text());
        }
        long[] entries = new long[l1.count()];
        image.file().readLongs(l1.offset(), entries, 0, entries.length);
        for (long entry : entries) {
            addTo(inactiveL2Tables, entry & Qcow2Layout.OFFSET_MASK);
        }
    }

    private LongSet activeL2Tables() {
        if (!knowsL2Tables) {
            l2Tables.clear();
            L1Table l1 = image.l1();
            for (int i = 0; i < l1.size(); i++) {
                addTo(l2Tables, l1.tableOffset(i));
            }
            knowsL2Tables = true;
        }
        return l2Tables;
    }

    private LongSet activeRefblocks() throws BlockException {
        if (!knowsRefblocks) {
            refblocks.clear();
            Refcounts refcounts = image.refcounts();
            for (int i = 0; i < refcounts.tableEntries(); i++) {
                addTo(refblocks, refcounts.blockOffset(i));
            }
            knowsRefblocks = true;
        }
        return refblocks;
    }

    /// Adds a table's cluster. The first cluster is the header's in any case.
    private void addTo(LongSet set, long offset) {
        if (offset >>> geometry.clusterBits() != 0) {
            set.add(offset >>> geometry.clusterBits());
        }
    }

    private static boolean meets(long offset, long length, long other, long otherLength) {
        return otherLength > 0 && offset < other + otherLength && other < offset + length;
    }

    private boolean contains(LongSet clusters, long offset, long length) {
        long last = (offset + length - 1) >>> geometry.clusterBits();
        for (long c = offset >>> geometry.clusterBits(); c <= last; c++) {
            if (clusters.contains(c)) {
                return true;
            }
        }
        return false;
    }
}
