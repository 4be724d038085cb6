package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Pin;
import io.cairn.block.spi.PlannedWrites;
import io.cairn.block.spi.WritePlan;

import java.nio.ByteBuffer;

/// Moves the data of a node's requests by its driver's mappings and plans. Requests come checked,
/// aligned and tracked.
final class NodeData {
    /// Longest range whose copy-on-write edges and data are put together into one write.
    private static final int MAX_MERGED_WRITE = 256 << 10;

    /// Longest piece in which zeroes are written out.
    private static final int MAX_ZERO_BUFFER = 2 << 20;

    private final BlockNode node;
    private final boolean isFormat;
    private final BufferPool pool = BufferPool.shared();

    NodeData(BlockNode node) {
        this.node = node;
        this.isFormat = node.kind() == DriverKind.FORMAT;
    }

    // ---- reads

    void read(long offset, ByteBuffer dst) throws BlockException {
        DriverInstance driver = node.driverInstance();
        if (driver.readsItself()) {
            driver.read(offset, dst);
            return;
        }
        Child shown = driver.shown();
        if (shown != null) {
            readChild(shown, offset, dst);
            return;
        }
        try (Pin _ = driver.pin()) {
            int count = dst.remaining();
            int done = 0;
            while (done < count) {
                Mapping mapping = driver.map(offset + done, count - done);
                int n = (int) Math.min(mapping.length(), count - done);
                ByteBuffer part = n == count ? dst : Buffers.slice(dst, done, n);
                readMapped(driver, mapping, offset + done, part);
                done += n;
            }
        }
    }

    private void readMapped(DriverInstance driver, Mapping mapping, long offset, ByteBuffer dst)
            throws BlockException {
        switch (mapping) {
            case Mapping.Data d -> readChild(d.child(), d.hostOffset(), dst);
            case Mapping.Through t -> readChild(t.child(), t.hostOffset(), dst);
            case Mapping.Zero z -> Buffers.zero(dst);
            case Mapping.Unallocated u -> readBacking(offset, dst);
            case Mapping.Stored s -> driver.read(offset, dst);
            case Mapping.Transformed t -> driver.read(offset, dst);
            case Mapping.Told t -> driver.read(offset, dst);
            case Mapping.Opaque o -> driver.read(offset, dst);
        }
    }

    /// Reads a child that holds what is asked for.
    void readChild(Child child, long offset, ByteBuffer dst) throws BlockException {
        if (isFormat) {
            child.debugEvent(DebugEvent.READ_AIO);
        }
        child.read(offset, dst);
    }

    private void readBacking(long offset, ByteBuffer dst) throws BlockException {
        ChildEdge backing = node.backing();
        if (backing == null) {
            Buffers.zero(dst);
            return;
        }
        if (offset < backing.length()) {
            backing.debugEvent(DebugEvent.READ_BACKING_AIO);
        }
        backing.read(offset, dst);
    }

    // ---- writes

    void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        DriverInstance driver = node.driverInstance();
        if (flags.compressed()) {
            requireCompressing(driver).writeCompressed(offset, src);
        } else if (driver instanceof PlannedWrites planner) {
            writePlanned(planner, offset, src);
        } else {
            driver.write(offset, src, flags);
        }
    }

    void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        requireCompressing(node.driverInstance()).writePacked(offset, length, packed);
    }

    private static DriverInstance requireCompressing(DriverInstance driver) throws BlockException {
        if (!driver.supportsCompressedWrites()) {
            throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
        }
        return driver;
    }

    private void writePlanned(PlannedWrites planner, long offset, ByteBuffer src)
            throws BlockException {
        int count = src.remaining();
        int done = 0;
        while (done < count) {
            WritePlan plan = planner.planWrite(offset + done, count - done);
            int n = (int) Math.min(plan.length(), count - done);
            ByteBuffer part = n == count ? src : Buffers.slice(src, done, n);
            try {
                writeByPlan(plan, offset + done, part);
            } catch (BlockException | RuntimeException | Error e) {
                plan.abort();
                throw e;
            }
            plan.commit();
            done += n;
        }
    }

    private void writeByPlan(WritePlan plan, long offset, ByteBuffer src) throws BlockException {
        long head = plan.headLength();
        long tail = plan.tailLength();
        boolean isAlone = head == 0 && tail == 0;
        if (isAlone || zeroesAround(plan, offset, src.remaining())) {
            plan.child().debugEvent(DebugEvent.WRITE_AIO);
            plan.child().write(plan.hostOffset(), src, WriteFlags.NONE);
            return;
        }
        plan.child().debugEvent(DebugEvent.COW_READ);
        if (head + src.remaining() + tail <= MAX_MERGED_WRITE) {
            writeMerged(plan, offset, src, (int) head, (int) tail);
            return;
        }
        copyEdges(plan, offset, src.remaining());
        plan.child().debugEvent(DebugEvent.WRITE_AIO);
        plan.child().write(plan.hostOffset(), src, WriteFlags.NONE);
    }

    /// Zeroes the space of a plan if that is fast and its head and tail are to be zero.
    private boolean zeroesAround(WritePlan plan, long offset, int count) throws BlockException {
        long head = plan.headLength();
        long tail = plan.tailLength();
        if (!readsAsZero(offset - head, head) || !readsAsZero(offset + count, tail)) {
            return false;
        }
        plan.child().debugEvent(DebugEvent.CLUSTER_ALLOC_SPACE);
        long start = plan.hostOffset();
        return plan.isHidden()
                ? zeroesFast(plan.child(), start - head, head + count + tail)
                : zeroesFast(plan.child(), start - head, head)
                        && zeroesFast(plan.child(), start + count, tail);
    }

    private static boolean zeroesFast(Child child, long offset, long count) throws BlockException {
        if (count == 0) {
            return true;
        }
        try {
            child.writeZeroes(offset, count, WriteFlags.NONE.withNoFallback(true));
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOTSUP) {
                return false;
            }
            throw e;
        }
    }

    private void writeMerged(WritePlan plan, long offset, ByteBuffer src, int head, int tail)
            throws BlockException {
        int n = src.remaining();
        try (PooledBuffer pooled = pool.acquire(head + n + tail)) {
            ByteBuffer whole = pooled.buffer();
            if (head > 0) {
                readGuest(offset - head, Buffers.slice(whole, 0, head));
            }
            if (tail > 0) {
                readGuest(offset + n, Buffers.slice(whole, head + n, tail));
            }
            whole.duplicate().position(head).put(src.duplicate());
            plan.child().debugEvent(DebugEvent.COW_WRITE);
            plan.child().debugEvent(DebugEvent.WRITE_AIO);
            plan.child().write(plan.hostOffset() - head, whole, WriteFlags.NONE);
        }
    }

    /// Copies what a plan takes along around its data.
    void copyEdges(WritePlan plan, long offset, long count) throws BlockException {
        long head = plan.headLength();
        copyEdge(plan, offset - head, head, plan.hostOffset() - head);
        copyEdge(plan, offset + count, plan.tailLength(), plan.hostOffset() + count);
    }

    private void copyEdge(WritePlan plan, long guest, long count, long host) throws BlockException {
        if (count == 0) {
            return;
        }
        plan.child().debugEvent(DebugEvent.COW_WRITE);
        int piece = (int) Math.min(count, MAX_ZERO_BUFFER);
        try (PooledBuffer pooled = pool.acquire(piece)) {
            for (long done = 0; done < count; done += piece) {
                ByteBuffer part =
                        Buffers.slice(pooled.buffer(), 0, (int) Math.min(piece, count - done));
                readGuest(guest + done, part);
                plan.child().write(host + done, part, WriteFlags.NONE);
            }
        }
    }

    /// Reads what the guest sees; beyond the node's end that is zeroes.
    private void readGuest(long offset, ByteBuffer dst) throws BlockException {
        long inside = node.io().length() - offset;
        if (inside >= dst.remaining()) {
            read(offset, dst);
            return;
        }
        int keep = (int) Math.max(0, inside);
        Buffers.zero(Buffers.slice(dst, keep, dst.remaining() - keep));
        if (keep > 0) {
            read(offset, Buffers.slice(dst, 0, keep));
        }
    }

    /// True if the node's driver and its backing say, without reading, that a range is zero.
    private boolean readsAsZero(long offset, long count) throws BlockException {
        DriverInstance driver = node.driverInstance();
        NodeBacking backing = new NodeBacking(node);
        long end = Math.min(offset + count, node.io().length());
        for (long position = offset; position < end; ) {
            Mapping mapping = driver.map(position, end - position);
            boolean zero =
                    switch (mapping) {
                        case Mapping.Zero z -> true;
                        case Mapping.Unallocated u ->
                                backing.readsAsZero(position, Math.min(u.length(), end - position));
                        case Mapping.Data d -> false;
                        case Mapping.Through t -> false;
                        case Mapping.Stored s -> false;
                        case Mapping.Transformed t -> false;
                        case Mapping.Told t -> false;
                        case Mapping.Opaque o -> false;
                    };
            if (!zero) {
                return false;
            }
            position += mapping.length();
        }
        return true;
    }

    // ---- zeroes and discard

    void writeZeroes(long offset, long count, WriteFlags flags, Limits limits)
            throws BlockException {
        long alignment = Math.max(limits.zeroAlignment(), limits.requestAlignment());
        long max = limits.maxZeroes() == 0 ? Long.MAX_VALUE : limits.maxZeroes();
        long end = offset + count;
        for (long position = offset; position < end; ) {
            long n = nextPiece(position, end, alignment, max);
            if (!node.driverInstance().writeZeroes(position, n, flags)) {
                if (flags.noFallback()) {
                    throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
                }
                writeOutZeroes(position, n, limits);
            }
            position += n;
        }
    }

    void discard(long offset, long count, Limits limits) throws BlockException {
        long alignment = Math.max(limits.discardAlignment(), limits.requestAlignment());
        long max = limits.maxDiscard() == 0 ? Long.MAX_VALUE : limits.maxDiscard();
        long end = offset + count;
        for (long position = offset; position < end; ) {
            long n = nextDiscard(position, end, alignment, max, limits.requestAlignment());
            discardPiece(position, n, ((position | n) & (limits.requestAlignment() - 1)) == 0);
            position += n;
        }
    }

    /// A piece that begins or ends within a block of a request's alignment is that part alone.
    private static long nextDiscard(
            long position, long end, long alignment, long max, int requestAlignment) {
        long head = position & (requestAlignment - 1);
        if (head != 0) {
            return Math.min(end - position, requestAlignment - head);
        }
        long n = nextPiece(position, end, alignment, max);
        return n > requestAlignment ? n & -(long) requestAlignment : n;
    }

    /// Passes a piece on even if it is not aligned: some can use it, and those that cannot say so.
    /// A discard is a hint, so that one who takes none fails nobody.
    private void discardPiece(long offset, long count, boolean isAligned) throws BlockException {
        try {
            node.driverInstance().discard(offset, count);
        } catch (BlockException e) {
            boolean isIgnored =
                    e.errno() == Errno.ENOTSUP || (e.errno() == Errno.EINVAL && !isAligned);
            if (!isIgnored) {
                throw e;
            }
        }
    }

    /// Cuts a range into an unaligned head, aligned pieces, and an unaligned tail.
    private static long nextPiece(long position, long end, long alignment, long max) {
        long count = end - position;
        if (alignment > 1) {
            long head = position % alignment;
            if (head != 0) {
                return Math.min(count, alignment - head);
            }
            if (count > alignment) {
                count -= count % alignment;
            }
            max = max == Long.MAX_VALUE ? max : Math.max(alignment, max - max % alignment);
        }
        return Math.min(count, max);
    }

    private void writeOutZeroes(long offset, long count, Limits limits) throws BlockException {
        long max = limits.maxTransfer() == 0 ? MAX_ZERO_BUFFER : limits.maxTransfer();
        int piece = (int) Math.min(count, Math.min(max, MAX_ZERO_BUFFER));
        try (PooledBuffer pooled = pool.acquire(piece)) {
            Buffers.zero(pooled.buffer());
            for (long done = 0; done < count; ) {
                int n = (int) Math.min(piece, count - done);
                write(offset + done, Buffers.slice(pooled.buffer(), 0, n), WriteFlags.NONE);
                done += n;
            }
        }
    }

    // ---- status

    BlockStatus status(long offset, long count, boolean wantZero, long length)
            throws BlockException {
        DriverInstance driver = node.driverInstance();
        BlockStatus status;
        try (Pin _ = driver.pin()) {
            Mapping mapping = driver.mapForStatus(offset, count, wantZero);
            status = statusOf(mapping, offset, Math.min(count, mapping.length()), wantZero);
        }
        return status.withEof(offset + status.length() >= length);
    }

    private BlockStatus statusOf(Mapping mapping, long offset, long n, boolean wantZero)
            throws BlockException {
        return switch (mapping) {
            case Mapping.Data d -> dataStatus(d, n, wantZero);
            case Mapping.Through t -> throughStatus(t, n, wantZero);
            case Mapping.Stored s ->
                    new BlockStatus(n, true, true, false, s.hostOffset(), node, false, false);
            case Mapping.Zero z -> {
                Child child = z.child();
                yield new BlockStatus(
                        n,
                        true,
                        false,
                        true,
                        z.hostOffset(),
                        z.hostOffset() < 0 ? null : child == null ? node : child.node(),
                        false,
                        false);
            }
            case Mapping.Unallocated u -> {
                long backing = node.backingLength();
                boolean isBehind = offset >= backing;
                boolean zero = isBehind && node.blockDriver().supportsBacking();
                long upTo = isBehind ? n : Math.min(n, backing - offset);
                yield new BlockStatus(upTo, false, false, zero, -1, null, false, false);
            }
            case Mapping.Transformed t ->
                    new BlockStatus(
                            n,
                            true,
                            true,
                            false,
                            t.compressed() ? -1 : t.hostOffset(),
                            t.compressed() || t.hostOffset() < 0 ? null : t.child().node(),
                            t.compressed(),
                            false);
            case Mapping.Told t -> told(t.status(), n);
            case Mapping.Opaque o -> {
                Mapping.Through t = o.status();
                yield t == null
                        ? new BlockStatus(n, true, true, false, -1, null, false, false)
                        : throughStatus(t, n, wantZero);
            }
        };
    }

    private BlockStatus told(BlockStatus s, long n) {
        Node file = s.hasHostOffset() && s.hostFile() == null ? node : s.hostFile();
        return new BlockStatus(
                n,
                s.allocated(),
                s.data(),
                s.zero(),
                s.hostOffset(),
                file,
                s.compressed(),
                s.eof());
    }

    private BlockStatus dataStatus(Mapping.Data d, long n, boolean wantZero) throws BlockException {
        Child child = d.child();
        BlockStatus own =
                new BlockStatus(n, true, true, false, d.hostOffset(), child.node(), false, false);
        if (!d.mayBeZero() || !wantZero) {
            return own;
        }
        BlockStatus below = child.status(d.hostOffset(), n, true);
        if (below.length() == 0) {
            return own.withZero(below.eof());
        }
        return own.withLength(Math.min(n, below.length())).withZero(below.zero());
    }

    private static BlockStatus throughStatus(Mapping.Through t, long n, boolean wantZero)
            throws BlockException {
        BlockStatus below = t.child().status(t.hostOffset(), n, wantZero);
        return below.length() == 0
                ? new BlockStatus(n, true, false, true, -1, null, false, false)
                : below;
    }
}
