package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.EventSink;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Pin;

import java.util.concurrent.locks.ReentrantLock;

/// An open image over its storage: header, tables and caches, behind one metadata lock.
///
/// The lock is held while metadata are read from or written to the storage, never while guest data
/// move.
final class Qcow2Image {
    private final ImageFile file;
    private final Geometry geometry;
    private final Corruption corruption;
    private final Epochs epochs = new Epochs();
    private final ReentrantLock lock = new ReentrantLock();
    private final L1Table l1;

    // Guarded by the lock, but for `header`, which is also read without it.
    private volatile Qcow2Header header;
    private L2Cache l2;

    private Qcow2Image(
            ImageFile file,
            Qcow2Header header,
            L1Table l1,
            CacheSizes caches,
            String node,
            EventSink events,
            boolean isWritable) {
        this.file = file;
        this.header = header;
        this.geometry = header.geometry();
        this.l1 = l1;
        this.corruption = new Corruption(node, events, isWritable, () -> {});
        this.l2 = new L2Cache(file, geometry, l1, corruption, caches, () -> {});
    }

    /// Opens an image whose header was read.
    static Qcow2Image open(
            Child child,
            Qcow2Header header,
            CacheSizes caches,
            EventSink events,
            boolean isWritable)
            throws BlockException {
        ImageFile file = new ImageFile(child);
        L1Table l1 = L1Table.read(file, header.l1());
        return new Qcow2Image(file, header, l1, caches, child.node().name(), events, isWritable);
    }

    ImageFile file() {
        return file;
    }

    Geometry geometry() {
        return geometry;
    }

    Qcow2Header header() {
        return header;
    }

    L1Table l1() {
        return l1;
    }

    L2Cache l2() {
        return l2;
    }

    Pin pin() {
        return epochs.pin();
    }

    void lock() throws BlockException {
        corruption.requireUsable();
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /// Checks what an L2 entry says before it is used.
    void requireSound(ClusterKind kind, long entry, long cluster, L2Slice slice)
            throws BlockException {
        if (kind.isZero() && !header.hasZeroClusters()) {
            throw corruption.fatal(
                    "Zero cluster entry found in pre-v3 image" + place(cluster, slice), -1, -1);
        }
        if (kind.hasHostCluster() && !geometry.isAligned(entry & Qcow2Layout.OFFSET_MASK)) {
            throw corruption.fatal(
                    (kind == ClusterKind.DATA
                                    ? "Cluster allocation offset "
                                    : "Preallocated zero cluster offset ")
                            + Hex.of(entry & Qcow2Layout.OFFSET_MASK)
                            + " unaligned"
                            + place(cluster, slice),
                    -1,
                    -1);
        }
    }

    private String place(long cluster, L2Slice slice) {
        return " (L2 offset: "
                + Hex.of(l1.tableOffset(slice.l1Index()))
                + ", L2 index: "
                + Hex.of(cluster & (geometry.l2Entries() - 1))
                + ")";
    }
}
