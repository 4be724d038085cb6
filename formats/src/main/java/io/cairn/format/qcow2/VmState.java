package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Pin;
import io.cairn.block.spi.WritePlan;

import java.nio.ByteBuffer;

/// The area where an image keeps a machine's state: guest clusters behind the disk, from the first
/// L1 entry on that the disk does not use. It shows no backing file.
final class VmState {
    private final Qcow2Image image;
    private final Geometry geometry;
    private final ClusterMapper mapper;
    private final WritePlanner planner;
    private final CompressedClusters compressed;
    private final BufferPool pool = BufferPool.shared();

    VmState(
            Qcow2Image image,
            ClusterMapper mapper,
            WritePlanner planner,
            CompressedClusters compressed) {
        this.image = image;
        this.geometry = image.geometry();
        this.mapper = mapper;
        this.planner = planner;
        this.compressed = compressed;
    }

    /// The guest offset of a place in the area.
    private long guestOffset(long offset, int length) throws BlockException {
        long start = geometry.l1Entries(image.header().size()) << geometry.l1EntryBits();
        if (offset < 0 || offset > Long.MAX_VALUE - start - length) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
        return start + offset;
    }

    /// Reads; what was never written is zeroes.
    void read(long offset, ByteBuffer dst) throws BlockException {
        image.file().event(DebugEvent.VMSTATE_LOAD);
        readGuest(guestOffset(offset, dst.remaining()), dst);
    }

    private void readGuest(long offset, ByteBuffer dst) throws BlockException {
        try (Pin _ = image.pin()) {
            for (int done = 0; done < dst.remaining(); ) {
                Mapping mapping = map(offset + done, dst.remaining() - done);
                int n = (int) Math.min(mapping.length(), dst.remaining() - done);
                ByteBuffer part = Buffers.slice(dst, done, n);
                switch (mapping) {
                    case Mapping.Data d -> d.child().read(d.hostOffset(), part);
                    case Mapping.Transformed _ -> compressed.read(offset + done, part);
                    case Mapping.Zero _, Mapping.Unallocated _ -> Buffers.zero(part);
                    case Mapping.Through _, Mapping.Stored _, Mapping.Told _, Mapping.Opaque _ ->
                            throw new IllegalStateException("not an answer of this format");
                }
                done += n;
            }
        }
    }

    private Mapping map(long offset, long length) throws BlockException {
        image.lock();
        try {
            image.corruption().requireUsable();
            return mapper.map(offset, length, false);
        } finally {
            image.unlock();
        }
    }

    /// Writes; the L1 table grows as far as it must.
    void write(long offset, ByteBuffer src) throws BlockException {
        image.file().event(DebugEvent.VMSTATE_SAVE);
        long guest = guestOffset(offset, src.remaining());
        image.lock();
        try {
            image.prepareToModify();
            image.tables().growL1(geometry.l1Entries(guest + src.remaining()), false);
        } finally {
            image.unlock();
        }
        for (int done = 0; done < src.remaining(); ) {
            WritePlan plan = planner.plan(guest + done, src.remaining() - done);
            int n = (int) plan.length();
            try {
                writeByPlan(plan, guest + done, Buffers.slice(src, done, n));
            } catch (BlockException | RuntimeException | Error e) {
                plan.abort();
                throw e;
            }
            plan.commit();
            done += n;
        }
    }

    private void writeByPlan(WritePlan plan, long guest, ByteBuffer src) throws BlockException {
        int head = (int) plan.headLength();
        int tail = (int) plan.tailLength();
        int n = src.remaining();
        try (PooledBuffer pooled = pool.acquire(head + n + tail)) {
            ByteBuffer whole = pooled.buffer();
            readGuest(guest - head, Buffers.slice(whole, 0, head));
            readGuest(guest + n, Buffers.slice(whole, head + n, tail));
            whole.duplicate().position(head).put(src.duplicate());
            image.file().event(DebugEvent.WRITE_AIO);
            plan.child().write(plan.hostOffset() - head, whole, WriteFlags.NONE);
        }
    }
}
