package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.WritePlan;

import java.nio.ByteBuffer;

/// Reads and writes compressed clusters. Packing and unpacking, and the transfer, go on without the
/// metadata lock.
final class CompressedClusters implements AutoCloseable {
    private final Qcow2Image image;
    private final Geometry geometry;
    private final WritePlanner planner;
    private final Compression compression;
    private final BufferPool pool = BufferPool.shared();

    CompressedClusters(Qcow2Image image, WritePlanner planner) {
        this.image = image;
        this.geometry = image.geometry();
        this.planner = planner;
        this.compression = Compression.of(image.header().compressionType());
    }

    @Override
    public void close() {
        compression.close();
    }

    // ---- reading

    /// Reads a guest range that was found compressed. The caller holds a pin from before; what was
    /// overwritten since is read as it is now.
    void read(long offset, ByteBuffer dst) throws BlockException {
        int clusterSize = geometry.clusterSize();
        int done = 0;
        while (done < dst.remaining()) {
            long at = offset + done;
            int inCluster = (int) geometry.offsetInCluster(at);
            int n = Math.min(dst.remaining() - done, clusterSize - inCluster);
            readPart(at, Buffers.slice(dst, done, n));
            done += n;
        }
    }

    private void readPart(long offset, ByteBuffer dst) throws BlockException {
        long cluster = offset >>> geometry.clusterBits();
        long entry = entryOf(cluster);
        long inCluster = geometry.offsetInCluster(offset);
        switch (ClusterKind.of(entry)) {
            case COMPRESSED -> unpack(CompressedExtent.of(entry, geometry), (int) inCluster, dst);
            case DATA ->
                    image.file().child().read((entry & Qcow2Layout.OFFSET_MASK) + inCluster, dst);
            case ZERO_PLAIN, ZERO_ALLOCATED, UNALLOCATED -> Buffers.zero(dst);
        }
    }

    private long entryOf(long cluster) throws BlockException {
        image.lock();
        try {
            image.corruption().requireUsable();
            long entry = image.tables().entry(cluster);
            image.requireSound(ClusterKind.of(entry), entry, cluster);
            return entry;
        } finally {
            image.unlock();
        }
    }

    private void unpack(CompressedExtent extent, int inCluster, ByteBuffer dst)
            throws BlockException {
        int clusterSize = geometry.clusterSize();
        try (PooledBuffer packed = pool.acquire(extent.length())) {
            image.file().event(DebugEvent.READ_COMPRESSED);
            image.file().child().read(extent.offset(), packed.buffer());
            if (dst.remaining() == clusterSize) {
                compression.decompress(packed.buffer(), dst);
                return;
            }
            try (PooledBuffer whole = pool.acquire(clusterSize)) {
                compression.decompress(packed.buffer(), whole.buffer());
                dst.duplicate().put(Buffers.slice(whole.buffer(), inCluster, dst.remaining()));
            }
        }
    }

    // ---- writing

    /// Packs a cluster, or the shorter tail of the disk.
    ///
    /// @param packed takes the result; as long as `src`
    /// @return the length of the result, 0 if it would not be smaller
    int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        int clusterSize = geometry.clusterSize();
        if (src.remaining() == clusterSize) {
            return Math.max(0, compression.compress(src, packed));
        }
        try (PooledBuffer whole = pool.acquireZeroed(clusterSize)) {
            whole.buffer().duplicate().put(src.duplicate());
            return Math.max(0, compression.compress(whole.buffer(), packed));
        }
    }

    /// Writes whole clusters, the last of which may be the disk's shorter tail. What does not get
    /// smaller is written as it is. A write of nothing ends a series: the file then ends with a
    /// whole sector, as devices and direct I/O need it.
    void write(long offset, ByteBuffer src) throws BlockException {
        if (src.remaining() == 0) {
            fillLastSector();
            return;
        }
        if (image.encryption() != null) {
            throw new BlockException(Errno.EIO, Errno.EIO.text());
        }
        int clusterSize = geometry.clusterSize();
        boolean isWhole =
                geometry.isAligned(offset)
                        && (geometry.isAligned(src.remaining())
                                || offset + src.remaining() >= image.header().size());
        if (!isWhole) {
            throw new BlockException(Errno.EINVAL, Errno.EINVAL.text());
        }
        for (int done = 0; done < src.remaining(); done += clusterSize) {
            int n = Math.min(clusterSize, src.remaining() - done);
            writeCluster(offset + done, Buffers.slice(src, done, n));
        }
    }

    private void fillLastSector() throws BlockException {
        image.lock();
        try {
            // A node's length is told in whole sectors, whatever the file's is.
            long length = image.file().length();
            image.file().child().truncate(length, false, Preallocation.OFF, false);
        } finally {
            image.unlock();
        }
    }

    private void writeCluster(long offset, ByteBuffer src) throws BlockException {
        try (PooledBuffer packed = pool.acquire(src.remaining())) {
            int length = pack(src, packed.buffer());
            if (length > 0) {
                writePacked(offset, Buffers.slice(packed.buffer(), 0, length));
            } else if (src.remaining() == geometry.clusterSize()) {
                writePlain(offset, src);
            } else {
                writePlainTail(offset, src);
            }
        }
    }

    private void writePlainTail(long offset, ByteBuffer src) throws BlockException {
        try (PooledBuffer whole = pool.acquireZeroed(geometry.clusterSize())) {
            whole.buffer().duplicate().put(src.duplicate());
            writePlain(offset, whole.buffer());
        }
    }

    private void writePlain(long offset, ByteBuffer cluster) throws BlockException {
        WritePlan plan = planner.plan(offset, cluster.remaining());
        try {
            plan.child().write(plan.hostOffset(), cluster, WriteFlags.NONE);
        } catch (BlockException | RuntimeException | Error e) {
            plan.abort();
            throw e;
        }
        plan.commit();
    }

    /// Stores what {@link #pack} made of a cluster.
    void writePacked(long offset, ByteBuffer packed) throws BlockException {
        long cluster = offset >>> geometry.clusterBits();
        int length = packed.remaining();
        Place place = allocate(cluster, length);
        try {
            image.file().event(DebugEvent.WRITE_COMPRESSED);
            image.file().child().write(place.offset, packed, WriteFlags.NONE);
        } catch (BlockException | RuntimeException | Error e) {
            abandon(place, length);
            throw e;
        }
        enter(cluster, place, length);
    }

    private record Place(long offset, PlansInFlight.Run held) {}

    private Place allocate(long cluster, int length) throws BlockException {
        image.lock();
        try {
            image.prepareToModify();
            image.plans().awaitFree(cluster);
            image.corruption().requireUsable();
            L2Slice slice = image.tables().writableSlice(cluster);
            long entry = slice.entry(image.l2().indexInSlice(cluster));
            if ((entry & (Qcow2Layout.OFFSET_MASK | Qcow2Layout.COMPRESSED)) != 0) {
                throw new BlockException(Errno.EIO, Errno.EIO.text());
            }
            long offset = image.allocator().allocateBytes(length);
            try {
                if (!CompressedExtent.canHold(offset + length, geometry)) {
                    throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
                }
                image.overlaps().require(null, offset, length);
            } catch (BlockException e) {
                freeBytes(offset, length);
                throw e;
            }
            return new Place(offset, image.plans().hold(cluster, 1));
        } finally {
            image.unlock();
        }
    }

    private void enter(long cluster, Place place, int length) throws BlockException {
        image.lock();
        try {
            image.corruption().requireUsable();
            L2Slice slice = image.l2().slice(cluster);
            image.file().event(DebugEvent.L2_UPDATE_COMPRESSED);
            image.writer().requireBarrier();
            slice.set(
                    image.l2().indexInSlice(cluster),
                    CompressedExtent.entry(place.offset, length, geometry));
        } catch (BlockException e) {
            freeBytes(place.offset, length);
            throw e;
        } finally {
            image.plans().release(place.held);
            image.unlock();
        }
    }

    private void abandon(Place place, int length) {
        image.lock();
        try {
            freeBytes(place.offset, length);
        } finally {
            image.plans().release(place.held);
            image.unlock();
        }
    }

    private void freeBytes(long offset, int length) {
        long first = geometry.alignDown(offset);
        image.abandon(first, geometry.clusters(offset + length - first));
    }
}
