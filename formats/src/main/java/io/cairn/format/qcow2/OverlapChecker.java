package io.cairn.format.qcow2;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

/// Looks before a write whether it would hit metadata that it does not mean. Guarded by the image's
/// metadata lock.
final class OverlapChecker {
    private static final OverlapCheck[] ALL = OverlapCheck.values();

    private final Qcow2Image image;
    private final Geometry geometry;
    private final LongSet l2Tables = new LongSet();
    private final LongSet refblocks = new LongSet();
    private boolean knowsL2Tables;
    private boolean knowsRefblocks;
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
            case SNAPSHOT_TABLE, INACTIVE_L1, INACTIVE_L2, BITMAP_DIRECTORY -> false;
        };
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
