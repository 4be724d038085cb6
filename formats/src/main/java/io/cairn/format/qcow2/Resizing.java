package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Preallocation;

/// Changes the length of the guest disk.
///
/// When it grows, the tables and what is preallocated are stable before the header tells the new
/// length; when it shrinks, the header comes first. So a crash leaves the old or the new length.
final class Resizing {
    private static final int SECTOR = 512;

    private final Qcow2Image image;
    private final Geometry geometry;
    private final Zeroing zeroing;

    Resizing(Qcow2Image image, Zeroing zeroing) {
        this.image = image;
        this.geometry = image.geometry();
        this.zeroing = zeroing;
    }

    /// Sets the length.
    ///
    /// @param zeroNew whole clusters behind the old end read as zeroes whatever lies below; the
    ///   rest of the old last cluster is the caller's
    void resize(long size, Preallocation preallocation, boolean zeroNew) throws BlockException {
        if (size % SECTOR != 0) {
            throw new BlockException(Errno.EINVAL, "The new size must be a multiple of " + SECTOR);
        }
        long old = image.header().size();
        requirePossible(old, size, preallocation, zeroNew);
        boolean reserves =
                preallocation == Preallocation.FALLOC || preallocation == Preallocation.FULL;
        if (size > old || (size == old && reserves)) {
            grow(old, size, preallocation, zeroNew);
        } else if (size < old) {
            shrink(size);
        }
    }

    private void requirePossible(long old, long size, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        if (!image.header().isVersion3() && image.header().snapshots().count() > 0) {
            throw new BlockException(Errno.ENOTSUP, "Can't resize a v2 image which has snapshots");
        }
        if (size < old && preallocation != Preallocation.OFF) {
            throw new BlockException(
                    Errno.EINVAL, "Preallocation can't be used for shrinking an image");
        }
        boolean needsFlags = size > old && zeroNew;
        if (needsFlags && !image.header().hasZeroClusters()) {
            throw BlockException.of(Errno.ENOTSUP, "Failed to zero out new clusters");
        }
    }

    // ---- growing

    private void grow(long old, long size, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        image.lock();
        try {
            image.prepareToModify();
            try {
                image.tables().growL1(geometry.l1Entries(size), true);
            } catch (BlockException e) {
                throw e.prefixed("Failed to grow the L1 table");
            }
        } finally {
            image.unlock();
        }
        clearTail(old, size, preallocation == Preallocation.FULL);
        long first = geometry.clusters(old);
        if (preallocation != Preallocation.OFF && isLastClusterVacant(old)) {
            first--;
        }
        long count = geometry.clusters(size) - first;
        if (preallocation != Preallocation.OFF && count > 0) {
            preallocate(first, count, preallocation, zeroNew);
        } else if (zeroNew && count > 0) {
            zeroing.zero(first, count, false);
        }
        image.lock();
        try {
            image.writer().sync();
            image.updateHeader(image.header().withSize(size), HeaderWriter.Part.SIZE);
        } finally {
            image.unlock();
        }
    }

    /// Whether a disk of that length ends within a cluster that reads as zeroes and has no place of
    /// its own: preallocation gives it one.
    private boolean isLastClusterVacant(long size) throws BlockException {
        if (geometry.isAligned(size)) {
            return false;
        }
        image.lock();
        try {
            long cluster = size >>> geometry.clusterBits();
            image.plans().awaitFree(cluster);
            return switch (ClusterKind.of(image.tables().entry(cluster))) {
                case UNALLOCATED -> image.header().backing() == null;
                case ZERO_PLAIN -> true;
                case DATA, ZERO_ALLOCATED, COMPRESSED -> false;
            };
        } finally {
            image.unlock();
        }
    }

    /// Clears what an earlier, longer disk left in the last cluster, and drops what was behind it.
    ///
    /// @param asData zeroes are written, as to what follows then, rather than reserved
    private void clearTail(long old, long size, boolean asData) throws BlockException {
        long end = Math.min(size, geometry.alignUp(old));
        image.lock();
        try {
            long cluster = old >>> geometry.clusterBits();
            image.plans().awaitFree(cluster);
            long entry = end > old ? image.tables().entry(cluster) : 0;
            boolean isOwned = (entry & Qcow2Layout.COPIED) != 0;
            if (isOwned && ClusterKind.of(entry) == ClusterKind.DATA) {
                image.requireAlignedForWrite(entry, cluster);
                long host = (entry & Qcow2Layout.OFFSET_MASK) + geometry.offsetInCluster(old);
                if (asData) {
                    image.file().writeZeroes(host, (int) (end - old));
                } else {
                    image.file().zero(host, end - old);
                }
            }
        } finally {
            image.unlock();
        }
        long first = geometry.clusters(old);
        zeroing.drop(first, geometry.clusters(size) - first, FreeReason.OTHER);
    }

    private void preallocate(long first, long count, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        boolean isMetadata = preallocation == Preallocation.METADATA;
        image.lock();
        try {
            long host = isMetadata ? 0 : reserve(count, preallocation);
            long hostEnd = 0;
            for (long done = 0; done < count; ) {
                L2Slice slice = image.tables().writableSlice(first + done);
                int index = image.l2().indexInSlice(first + done);
                int n = (int) Math.min(count - done, slice.entries().length - index);
                long part =
                        isMetadata ? allocateZeroed(n) : host + (done << geometry.clusterBits());
                enter(slice, index, n, part, zeroNew && isMetadata);
                hostEnd = Math.max(hostEnd, part + ((long) n << geometry.clusterBits()));
                done += n;
            }
            if (hostEnd > image.file().length()) {
                image.file().child().truncate(hostEnd, false, Preallocation.OFF, false);
            }
        } finally {
            image.unlock();
        }
    }

    /// Allocates clusters that read as zeroes, as what lies behind the file's end does.
    private long allocateZeroed(int count) throws BlockException {
        long host = image.allocator().allocate(count);
        long end = host + ((long) count << geometry.clusterBits());
        long stale = Math.min(end, image.file().length()) - host;
        if (stale > 0) {
            image.file().zero(host, stale);
        }
        return host;
    }

    /// Allocates clusters behind the file's end and has the storage reserve them. The refcount
    /// table moves there before they are used.
    private long reserve(long count, Preallocation preallocation) throws BlockException {
        long end = geometry.clusters(image.file().length());
        long tables = Math.ceilDiv(count, geometry.l2Entries());
        ClusterAllocator.Area area = image.allocator().allocateArea(end, count, tables);
        long host = area.data() << geometry.clusterBits();
        TableLocation table =
                new TableLocation(area.table() << geometry.clusterBits(), area.tableClusters());
        try {
            image.file()
                    .child()
                    .truncate(
                            host + (count << geometry.clusterBits()), false, preallocation, false);
        } catch (BlockException e) {
            image.abandon(table.offset(), table.count() + count);
            throw e.prefixed("Failed to resize underlying file");
        }
        try {
            image.writer().moveRefcountTableTo(table);
        } catch (BlockException e) {
            image.abandon(host, count);
            throw e;
        }
        return host;
    }

    private void enter(L2Slice slice, int index, int count, long host, boolean asZero) {
        image.writer().requireBarrier();
        long flags = Qcow2Layout.COPIED | (asZero ? Qcow2Layout.ZERO : 0);
        for (int i = 0; i < count; i++) {
            slice.set(index + i, host + ((long) i << geometry.clusterBits()) | flags);
        }
    }

    // ---- shrinking

    private void shrink(long size) throws BlockException {
        image.lock();
        try {
            image.prepareToModify();
            image.updateHeader(image.header().withSize(size), HeaderWriter.Part.SIZE);
            image.file().flush();
        } finally {
            image.unlock();
        }
        dropFrom(size);
    }

    /// Drops all guest clusters. The file gets as short as it can.
    void makeEmpty() throws BlockException {
        image.lock();
        try {
            Emptying emptying = new Emptying(image);
            if (emptying.isPossible()) {
                emptying.run();
                return;
            }
        } finally {
            image.unlock();
        }
        image.file().event(DebugEvent.EMPTY_IMAGE_PREPARE);
        dropFrom(0);
    }

    private void dropFrom(long size) throws BlockException {
        long first = geometry.clusters(size);
        long all = (long) image.l1().size() << geometry.l2Bits();
        zeroing.drop(first, all - first, FreeReason.ALWAYS);
        image.lock();
        try {
            image.tables().dropTables((int) geometry.l1Entries(size));
            image.writer().sync();
            dropEmptyRefblocks();
            image.writer().finish();
            cutFile();
        } finally {
            image.unlock();
        }
    }

    private void dropEmptyRefblocks() throws BlockException {
        try {
            while (image.refcounts().dropEmptyBlocks()) {
                image.overlaps().refblocksChanged();
            }
        } catch (BlockException e) {
            throw e.prefixed("Failed to discard unused refblocks");
        }
    }

    /// Cuts off what no cluster uses. If the storage does not let go of it, it stays.
    private void cutFile() throws BlockException {
        long end = image.refcounts().usedClusters() << geometry.clusterBits();
        if (end < image.file().length()) {
            image.file().child().truncate(end, false, Preallocation.OFF, false);
        }
    }
}
