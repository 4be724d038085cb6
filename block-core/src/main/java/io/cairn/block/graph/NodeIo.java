package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.DebugEvent;
import io.cairn.block.DetectZeroes;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.PageSink;
import io.cairn.block.Permission;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Background;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The gate of a node: every request of every parent enters here.
///
/// It checks bounds, widens what is not aligned (read-modify-write), cuts what is too long, keeps
/// serialising requests apart, counts what is in flight, and tells dirty bitmaps and the write
/// threshold. What a node does not use costs one check. What happens behind the gate is {@link
/// NodeData}'s.
final class NodeIo {
    private static final long SECTOR = 512;

    /// The longest disk: offsets are rounded up to at most 1 GiB without overflow.
    private static final long MAX_LENGTH = Long.MAX_VALUE - (1L << 30) + 1;

    private final BlockNode node;
    private final BufferPool pool = BufferPool.shared();
    private final InFlight inFlight = new InFlight();
    private final RequestTracker tracker = new RequestTracker();
    private final CopyOnWriteArrayList<DirtyBitmap> bitmaps = new CopyOnWriteArrayList<>();
    private final WriteThreshold threshold;
    private final ReentrantLock flushing = new ReentrantLock();
    private final AtomicLong writeGeneration = new AtomicLong();
    private final NodeData data;
    private final NodeCopy copy;
    private final NodeZeroes zeroes;

    /// Guarded by `flushing`.
    private long flushedGeneration;

    private volatile Limits limits = Limits.NONE;
    private volatile long length;
    private volatile long exactLength;
    private volatile @Nullable CopyOnRead copier;
    private volatile @Nullable CopyOnRead copyOnRead;
    private volatile DetectZeroes detectZeroes = DetectZeroes.OFF;
    private volatile @Nullable Accounting accounting;

    /// True if a read within the node needs nothing of the gate but to be counted in flight; and
    /// not even that if the node shows a child, since who drains the node waits for its parents,
    /// where the read is counted, and who drains the child for the child. Written under the
    /// monitor.
    private volatile boolean isPlain;

    /// Grows under the monitor.
    private volatile long highestWriteOffset;

    NodeIo(BlockNode node, WriteThreshold threshold) {
        this.node = node;
        this.threshold = threshold;
        this.data = new NodeData(node);
        this.copy = new NodeCopy(node, this, data);
        this.zeroes = new NodeZeroes(node, this, data);
    }

    long length() {
        return length;
    }

    Limits limits() {
        return limits;
    }

    InFlight inFlight() {
        return inFlight;
    }

    RequestTracker tracker() {
        return tracker;
    }

    /// Copies inside the host.
    NodeCopy copy() {
        return copy;
    }

    /// Zeroes and discards.
    NodeZeroes zeroes() {
        return zeroes;
    }

    /// The driver's own work, counted with the requests.
    Background background() {
        return new Background() {
            @Override
            public void begin() {
                inFlight.enter();
            }

            @Override
            public void end() {
                inFlight.leave();
            }
        };
    }

    WriteThreshold threshold() {
        return threshold;
    }

    CopyOnWriteArrayList<DirtyBitmap> bitmaps() {
        return bitmaps;
    }

    DetectZeroes detectZeroes() {
        return detectZeroes;
    }

    void setDetectZeroes(DetectZeroes mode) {
        detectZeroes = mode;
    }

    @Nullable Accounting accounting() {
        return accounting;
    }

    void setAccounting(@Nullable Accounting newAccounting) {
        accounting = newAccounting;
        settle();
    }

    /// Sees what requests need now.
    private synchronized void settle() {
        isPlain =
                accounting == null
                        && copyOnRead == null
                        && !tracker.isEnabled()
                        && limits.requestAlignment() == 1
                        && limits.maxTransfer() == 0;
    }

    long highestWriteOffset() {
        return highestWriteOffset;
    }

    /// Requests that must not overlap others are coming: from now on all are tracked. The node is
    /// drained.
    void trackRequests() {
        tracker.enable(true);
        settle();
    }

    /// From now on reads copy into the node what they bring from below. No request is in flight.
    void enableCopyOnRead() throws BlockException {
        copyOnRead = allowCopyOnRead();
        settle();
    }

    boolean copiesOnRead() {
        return copyOnRead != null;
    }

    /// From now on {@link #readCopying} and {@link #prefetch} may be called. No request is in
    /// flight.
    CopyOnRead allowCopyOnRead() throws BlockException {
        trackRequests();
        CopyOnRead made = new CopyOnRead(node, data);
        copier = made;
        return made;
    }

    /// Takes over what the driver says after opening, reopening or a change of children. No request
    /// is in flight.
    void refresh(Limits newLimits) throws BlockException {
        limits = newLimits;
        if (newLimits.requestAlignment() > 1) {
            tracker.enable(true);
        }
        settle();
        try {
            refreshLength();
        } catch (BlockException e) {
            BlockException failure =
                    BlockException.of(e.errno(), "Could not refresh total sector count");
            failure.initCause(e);
            throw failure.atNode(node.name());
        }
    }

    void refreshLength() throws BlockException {
        long exact = node.driverInstance().length();
        if (exact < 0 || exact > Long.MAX_VALUE - SECTOR) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text()).atNode(node.name());
        }
        exactLength = exact;
        length = roundUp(exact, SECTOR);
    }

    static long roundUp(long value, long alignment) {
        return (value + alignment - 1) & -alignment;
    }

    // ---- reads

    void read(long offset, ByteBuffer dst) throws BlockException {
        int count = dst.remaining();
        if (!isPlain || count == 0 || offset < 0 || offset > length - count) {
            read(offset, dst, copyOnRead);
            return;
        }
        Child shown = node.driverInstance().shown();
        try {
            if (shown == null) {
                readPlain(offset, dst);
            } else {
                data.readChild(shown, offset, dst);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        }
    }

    private void readPlain(long offset, ByteBuffer dst) throws BlockException {
        inFlight.enter();
        try {
            data.read(offset, dst);
        } finally {
            inFlight.leave();
        }
    }

    /// Reads, and copies into the node what comes from below.
    void readCopying(long offset, ByteBuffer dst) throws BlockException {
        read(offset, dst, copier);
    }

    /// Copies into the node what of a range comes from below.
    void prefetch(long offset, int count) throws BlockException {
        readUncounted(offset, count, null, Objects.requireNonNull(copier));
    }

    private void read(long offset, ByteBuffer dst, @Nullable CopyOnRead copying)
            throws BlockException {
        Accounting counting = accounting;
        int count = dst.remaining();
        if (counting == null) {
            readUncounted(offset, count, dst, copying);
        } else {
            counting.account(
                    OperationKind.READ, count, () -> readUncounted(offset, count, dst, copying));
        }
    }

    /// @param dst null if the data are to be copied, and not looked at
    private void readUncounted(
            long offset, int count, @Nullable ByteBuffer dst, @Nullable CopyOnRead copying)
            throws BlockException {
        if (count == 0) {
            return;
        }
        requireSane(offset, count);
        inFlight.enter();
        try {
            RequestTracker.Request request =
                    copying == null
                            ? tracker.begin(offset, count, false, true)
                            : beginCopy(copying, offset, count);
            try {
                if (copying != null) {
                    copying.read(offset, count, dst);
                    writeGeneration.getAndIncrement();
                } else if (dst != null) {
                    readInside(offset, dst);
                }
            } finally {
                tracker.end(request);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    /// Reads into a sink; see {@link DriverInstance#readPages}.
    boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        Limits l = limits;
        boolean isPlain =
                copyOnRead == null
                        && accounting == null
                        && ((offset | length) & (l.requestAlignment() - 1)) == 0
                        && (l.maxTransfer() == 0 || length <= l.maxTransfer());
        if (!isPlain) {
            return false;
        }
        requireSane(offset, length);
        inFlight.enter();
        try {
            RequestTracker.Request request = tracker.begin(offset, length, false, true);
            try {
                return node.driverInstance().readPages(offset, length, sink);
            } finally {
                tracker.end(request);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    private RequestTracker.@Nullable Request beginCopy(CopyOnRead copying, long offset, int count)
            throws BlockException {
        long start = copying.start(offset);
        return tracker.begin(start, copying.end(offset, count) - start, true, false);
    }

    /// Reads within a request that is tracked already.
    void readInside(long offset, ByteBuffer dst) throws BlockException {
        Limits l = limits;
        int mask = l.requestAlignment() - 1;
        if (((offset | dst.remaining()) & mask) == 0) {
            readAligned(offset, dst, l);
            return;
        }
        long start = offset & ~(long) mask;
        int wide = Math.toIntExact(roundUp(offset + dst.remaining(), l.requestAlignment()) - start);
        try (PooledBuffer bounce = pool.acquire(wide)) {
            ByteBuffer whole = bounce.buffer();
            readAligned(start, whole, l);
            dst.duplicate().put(whole.slice((int) (offset - start), dst.remaining()));
        }
    }

    void readAligned(long offset, ByteBuffer dst, Limits l) throws BlockException {
        int count = dst.remaining();
        long inside = roundUp(length, l.requestAlignment()) - offset;
        ByteBuffer part = dst;
        if (inside < count) {
            int keep = (int) Math.max(0, inside);
            Buffers.zero(dst.duplicate().position(dst.position() + keep));
            if (keep == 0) {
                return;
            }
            part = dst.duplicate().limit(dst.position() + keep);
        }
        long max = l.maxTransfer();
        if (max == 0 || part.remaining() <= max) {
            data.read(offset, part);
            return;
        }
        for (int done = 0; done < part.remaining(); done += (int) max) {
            int n = (int) Math.min(max, part.remaining() - done);
            data.read(offset + done, Buffers.slice(part, done, n));
        }
    }

    // ---- writes

    void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        Accounting counting = accounting;
        if (counting == null) {
            writeUncounted(offset, src, flags);
        } else {
            int count = src.remaining();
            counting.account(OperationKind.WRITE, count, () -> writeUncounted(offset, src, flags));
        }
    }

    private void writeUncounted(long offset, ByteBuffer src, WriteFlags flags)
            throws BlockException {
        int count = src.remaining();
        if (count == 0) {
            writeNothing(offset, src, flags);
            return;
        }
        requireSane(offset, count);
        requireWritable();
        DetectZeroes detect = detectZeroes;
        if (detect != DetectZeroes.OFF && !flags.compressed() && Bytes.isZero(src)) {
            zeroes.zeroUncounted(offset, count, flags.withMayUnmap(detect == DetectZeroes.UNMAP));
            return;
        }
        inFlight.enter();
        try {
            Limits l = limits;
            int mask = l.requestAlignment() - 1;
            if (((offset | count) & mask) == 0 || flags.compressed()) {
                RequestTracker.Request request =
                        tracker.begin(offset, count, flags.serialising(), false);
                try {
                    writeAligned(offset, src, flags, l);
                } finally {
                    tracker.end(request);
                }
            } else {
                writePadded(offset, src, flags, l);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    private void writeNothing(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        if (flags.compressed()) {
            data.write(offset, src, flags);
        }
        if (flags.fua()) {
            flush(false);
        }
    }

    void writePacked(long offset, int count, ByteBuffer packed) throws BlockException {
        Accounting counting = accounting;
        if (counting == null) {
            packedUncounted(offset, count, packed);
        } else {
            counting.account(
                    OperationKind.WRITE, count, () -> packedUncounted(offset, count, packed));
        }
    }

    private void packedUncounted(long offset, int count, ByteBuffer packed) throws BlockException {
        requireSane(offset, count);
        requireWritable();
        inFlight.enter();
        try {
            RequestTracker.Request request = tracker.begin(offset, count, false, false);
            try {
                threshold.check(offset + count);
                data.writePacked(offset, count, packed);
                finishWrite(offset, count, true);
            } finally {
                tracker.end(request);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    private void writeAligned(long offset, ByteBuffer src, WriteFlags flags, Limits l)
            throws BlockException {
        int count = src.remaining();
        threshold.check(offset + count);
        boolean flushAfter = flags.fua() && !node.driverInstance().supportsFua();
        WriteFlags passed = flushAfter ? flags.withFua(false) : flags;
        boolean isWritten = false;
        try {
            if (!flags.compressed()) {
                debugEvent(DebugEvent.PWRITEV);
            }
            writePieces(offset, src, passed, l.maxTransfer());
            isWritten = true;
            if (flushAfter) {
                flush(true);
            }
        } finally {
            finishWrite(offset, count, isWritten);
            debugEvent(DebugEvent.PWRITEV_DONE);
        }
    }

    private void writePieces(long offset, ByteBuffer src, WriteFlags flags, long max)
            throws BlockException {
        int count = src.remaining();
        if (max == 0 || count <= max || flags.compressed()) {
            data.write(offset, src, flags);
            return;
        }
        for (int done = 0; done < count; done += (int) max) {
            int n = (int) Math.min(max, count - done);
            data.write(offset + done, Buffers.slice(src, done, n), flags);
        }
    }

    /// Read-modify-write: the request is widened to the alignment and overlaps no other while it
    /// runs.
    private void writePadded(long offset, ByteBuffer src, WriteFlags flags, Limits l)
            throws BlockException {
        int alignment = l.requestAlignment();
        int count = src.remaining();
        long start = offset & -(long) alignment;
        int wide = Math.toIntExact(roundUp(offset + count, alignment) - start);
        RequestTracker.Request request = tracker.begin(start, wide, true, false);
        try (PooledBuffer bounce = pool.acquire(wide)) {
            ByteBuffer whole = bounce.buffer();
            int head = (int) (offset - start);
            readEdges(start, whole, head, wide - head - count, l);
            whole.duplicate().position(head).put(src.duplicate());
            writeAligned(start, whole, flags, l);
        } finally {
            tracker.end(request);
        }
    }

    /// Fills the first and the last block of a widened request with what the node holds.
    private void readEdges(long start, ByteBuffer whole, int head, int tail, Limits l)
            throws BlockException {
        int alignment = l.requestAlignment();
        int lastBlock = whole.remaining() - alignment;
        boolean isOneBlock = head != 0 && tail != 0 && lastBlock == 0;
        if (head != 0) {
            debugEvent(DebugEvent.PWRITEV_RMW_HEAD);
            if (isOneBlock) {
                debugEvent(DebugEvent.PWRITEV_RMW_TAIL);
            }
            readAligned(start, Buffers.slice(whole, 0, alignment), l);
            debugEvent(DebugEvent.PWRITEV_RMW_AFTER_HEAD);
            if (isOneBlock) {
                debugEvent(DebugEvent.PWRITEV_RMW_AFTER_TAIL);
            }
        }
        if (tail != 0 && !isOneBlock) {
            debugEvent(DebugEvent.PWRITEV_RMW_TAIL);
            readAligned(start + lastBlock, Buffers.slice(whole, lastBlock, alignment), l);
            debugEvent(DebugEvent.PWRITEV_RMW_AFTER_TAIL);
        }
    }

    /// Notes a write that has ended. The content of one that failed is undefined, so that it counts
    /// as a change too.
    void finishWrite(long offset, long count, boolean isWritten) {
        noteChange(offset, count);
        long end = offset + count;
        if (end > highestWriteOffset) {
            raiseHighestWriteOffset(end);
        }
        if (isWritten && end > exactLength) {
            grow(end);
        }
    }

    /// Notes that a range may have changed.
    void noteChange(long offset, long count) {
        writeGeneration.getAndIncrement();
        for (DirtyBitmap bitmap : bitmaps) {
            bitmap.written(offset, count);
        }
    }

    private synchronized void raiseHighestWriteOffset(long end) {
        highestWriteOffset = Math.max(highestWriteOffset, end);
    }

    private void grow(long end) {
        boolean resized = false;
        synchronized (this) {
            if (end > exactLength) {
                exactLength = end;
                long rounded = roundUp(end, SECTOR);
                resized = rounded > length;
                length = Math.max(length, rounded);
            }
        }
        if (resized) {
            for (DirtyBitmap bitmap : bitmaps) {
                bitmap.resize(length);
            }
            node.notifyResized();
        }
    }

    // ---- changes of the whole

    /// Drops the node's own data. Overlaps no other request.
    void makeEmpty() throws BlockException {
        requireWritable();
        inFlight.enter();
        try {
            RequestTracker.Request request = tracker.begin(0, Long.MAX_VALUE, true, false);
            try {
                node.driverInstance().makeEmpty();
            } finally {
                tracker.end(request);
            }
            finishWrite(0, length, true);
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    void changeBackingReference(@Nullable BackingReference reference) throws BlockException {
        requireWritable();
        inFlight.enter();
        try {
            node.driverInstance().changeBackingReference(reference);
            writeGeneration.getAndIncrement();
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    // ---- the rest

    void flush() throws BlockException {
        Accounting counting = accounting;
        if (counting == null) {
            flush(false);
        } else {
            counting.account(OperationKind.FLUSH, 0, () -> flush(false));
        }
    }

    /// @param afterWrite the caller has written and not yet noted that, so that there is something
    ///   to flush whatever the generations say
    void flush(boolean afterWrite) throws BlockException {
        inFlight.enter();
        flushing.lock();
        try {
            long generation = writeGeneration.get();
            debugPrimary(DebugEvent.FLUSH_TO_OS);
            DriverInstance driver = node.driverInstance();
            driver.flushCaches();
            if (!node.flags().noFlush()) {
                if (generation != flushedGeneration) {
                    debugPrimary(DebugEvent.FLUSH_TO_DISK);
                    driver.flushToDisk();
                } else if (afterWrite) {
                    driver.flushToDisk();
                }
            }
            for (ChildEdge child : node.children()) {
                if (!driver.flushes(child)) {
                    continue;
                }
                if (child.needed().has(Permission.WRITE)
                        || child.needed().has(Permission.WRITE_UNCHANGED)) {
                    child.flush();
                }
            }
            flushedGeneration = generation;
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            flushing.unlock();
            inFlight.leave();
        }
    }

    BlockStatus status(long offset, long count, boolean wantZero) throws BlockException {
        if (offset >= length) {
            return new BlockStatus(0, false, false, false, -1, null, false, true);
        }
        requireSane(offset, count);
        inFlight.enter();
        try {
            return data.status(offset, Math.min(count, length - offset), wantZero, length);
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    void truncate(long newLength, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        if (newLength < 0) {
            throw new BlockException(Errno.EINVAL, "Image size cannot be negative")
                    .atNode(node.name());
        }
        if (newLength > MAX_LENGTH) {
            throw new BlockException(
                    Errno.EIO, "offset(" + newLength + ") exceeds maximum(" + MAX_LENGTH + ")");
        }
        requireWritable();
        inFlight.enter();
        try {
            long old = length;
            long from = Math.min(old, newLength);
            RequestTracker.Request request =
                    tracker.begin(from, Long.MAX_VALUE - from, newLength > old, false);
            try {
                boolean zero = zeroNew || (newLength > old && node.backingLength() > old);
                node.driverInstance().truncate(newLength, exact, preallocation, zero);
                writeGeneration.getAndIncrement();
                refreshLength();
                if (zero) {
                    zeroRestOfBlock(old, newLength);
                }
            } finally {
                tracker.end(request);
            }
            for (DirtyBitmap bitmap : bitmaps) {
                bitmap.resize(length);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
        node.notifyResized();
    }

    /// Zeroes the rest of the block in which the node ended before it grew; whole blocks are the
    /// driver's.
    private void zeroRestOfBlock(long old, long newLength) throws BlockException {
        long alignment = Math.max(1, limits.zeroAlignment());
        long end = Math.min(newLength, (old + alignment - 1) / alignment * alignment);
        if (end > old) {
            data.writeZeroes(old, end - old, WriteFlags.NONE, limits);
        }
    }

    void debugEvent(DebugEvent event) throws BlockException {
        if (node.isDebugged()) {
            node.driverInstance().debugEvent(event);
        }
    }

    /// Tells the primary child, at which a format's tester stands, of an event of this node.
    private void debugPrimary(DebugEvent event) throws BlockException {
        BlockNode primary = node.primary();
        if (primary != null) {
            primary.io().debugEvent(event);
        }
    }

    void requireWritable() throws BlockException {
        if (node.isReadOnly()) {
            throw new BlockException(Errno.EPERM, Errno.EPERM.text()).atNode(node.name());
        }
    }

    void requireSane(long offset, long count) throws BlockException {
        if (offset < 0 || count < 0 || offset > Long.MAX_VALUE - SECTOR * 8 - count) {
            throw new BlockException(Errno.EIO, Errno.EIO.text()).atNode(node.name());
        }
    }
}
