package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Preallocation;

/// Drops all guest data at once: the image gets the tables that a new one has, right behind the
/// header, and the file ends there.
///
/// The dirty bit covers the time in between. A crash before the L1 table is cleared leaves the
/// image as it was, one after that an empty image whose refcounts are repaired when it is opened.
final class Emptying {
    /// Clusters of header, refcount table and refcount block.
    private static final int FIXED_CLUSTERS = 3;

    private final Qcow2Image image;
    private final ImageFile file;
    private final Geometry geometry;
    private final int l1Clusters;

    Emptying(Qcow2Image image) {
        this.image = image;
        this.file = image.file();
        this.geometry = image.geometry();
        this.l1Clusters = (int) geometry.clusters(image.l1().byteLength());
    }

    /// Whether nothing but guest data and their tables would be lost, the image can be marked, and
    /// one refcount block counts all that is left.
    boolean isPossible() {
        Qcow2Header header = image.header();
        return header.isVersion3()
                && header.snapshots().count() == 0
                && header.extension(Qcow2Layout.EXTENSION_BITMAPS) == null
                && header.extension(Qcow2Layout.EXTENSION_CRYPTO) == null
                && FIXED_CLUSTERS + l1Clusters <= geometry.refblockEntries();
    }

    /// Empties the image. Nothing is in flight, and the metadata lock is held. After a failure on
    /// the way the image is of no use until it is opened again.
    void run() throws BlockException {
        image.writer().finish();
        image.markDirty();
        file.event(DebugEvent.L1_UPDATE);
        try {
            file.zero(image.l1().offset(), image.l1().byteLength());
            file.flush();
            file.event(DebugEvent.EMPTY_IMAGE_PREPARE);
            writeTables();
            cutFile();
            image.restarted();
        } catch (BlockException e) {
            image.corruption().endUse();
            throw e;
        }
    }

    private void writeTables() throws BlockException {
        int clusterSize = geometry.clusterSize();
        long l1Offset = (long) FIXED_CLUSTERS * clusterSize;
        file.zero(clusterSize, l1Offset - clusterSize + (long) l1Clusters * clusterSize);
        file.flush();
        file.event(DebugEvent.REFTABLE_UPDATE);
        image.updateHeader(
                image.header()
                        .withRefcountTable(new TableLocation(clusterSize, 1))
                        .withL1(new TableLocation(l1Offset, image.l1().size())),
                HeaderWriter.Part.TABLES);
        file.flush();

        file.event(DebugEvent.REFBLOCK_ALLOC);
        byte[] block = new byte[clusterSize];
        RefcountCodec codec = new RefcountCodec(geometry.refcountOrder());
        for (int i = 0; i < FIXED_CLUSTERS + l1Clusters; i++) {
            codec.set(block, i, 1);
        }
        file.writeBytes(2L * clusterSize, block, 0, clusterSize);
        file.flush();
        file.writeLongs(clusterSize, new long[] {2L * clusterSize}, 0, 1);
        file.flush();
    }

    /// Cuts off what no cluster uses. If the storage does not let go of it, it stays.
    private void cutFile() throws BlockException {
        long end = (long) (FIXED_CLUSTERS + l1Clusters) << geometry.clusterBits();
        if (end < file.length()) {
            file.child().truncate(end, false, Preallocation.OFF, false);
        }
    }
}
