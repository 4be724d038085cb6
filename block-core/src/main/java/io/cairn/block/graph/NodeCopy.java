package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.DetectZeroes;
import io.cairn.block.Limits;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Pin;
import io.cairn.block.spi.PlannedWrites;
import io.cairn.block.spi.WritePlan;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

/// The gate of a node for ranges that are copied inside the host, without passing through memory.
///
/// A copy goes down from the source's root by mappings until a protocol stores the bytes itself,
/// then down from the target's root by plans until a protocol takes them. All nodes on both ways
/// are entered, and none is left before the bytes are there. A node that has to see the data, or
/// finds it not aligned, ends the attempt; the caller then reads and writes.
final class NodeCopy {
    private final BlockNode node;
    private final NodeIo io;
    private final NodeData data;

    NodeCopy(BlockNode node, NodeIo io, NodeData data) {
        this.node = node;
        this.io = io;
        this.data = data;
    }

    // ---- the source's side

    /// Copies a range of this node; false if that cannot be done. The target is then as it was, or
    /// part of it has the source's data.
    boolean send(long offset, long count, CopyTarget target) throws BlockException {
        Limits limits = io.limits();
        if (io.copiesOnRead()
                || !isAligned(limits, offset, count)
                || offset > io.length() - count) {
            return false;
        }
        Accounting counting = io.accounting();
        long started = counting == null ? 0 : counting.begin();
        io.inFlight().enter();
        try {
            RequestTracker.Request request = io.tracker().begin(offset, count, false, true);
            try {
                if (!sendPieces(offset, count, limits.maxTransfer(), target)) {
                    return false;
                }
            } finally {
                io.tracker().end(request);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            io.inFlight().leave();
        }
        if (counting != null) {
            counting.done(OperationKind.READ, count, started);
        }
        return true;
    }

    private boolean sendPieces(long offset, long count, long max, CopyTarget target)
            throws BlockException {
        DriverInstance driver = node.driverInstance();
        try (Pin _ = driver.pin()) {
            for (long done = 0; done < count; ) {
                long piece = max == 0 ? count - done : Math.min(max, count - done);
                Mapping mapping = driver.map(offset + done, piece);
                long n = Math.min(mapping.length(), piece);
                if (!sendMapped(driver, mapping, offset + done, n, target.behind(done))) {
                    return false;
                }
                done += n;
            }
        }
        return true;
    }

    private boolean sendMapped(
            DriverInstance driver, Mapping mapping, long offset, long n, CopyTarget target)
            throws BlockException {
        return switch (mapping) {
            case Mapping.Data d -> sendChild(d.child(), d.hostOffset(), n, target);
            case Mapping.Through t -> sendChild(t.child(), t.hostOffset(), n, target);
            case Mapping.Stored s -> target.take(driver, s.hostOffset(), n);
            case Mapping.Unallocated u -> sendBacking(offset, n, target);
            case Mapping.Zero z -> {
                target.zero(n);
                yield true;
            }
            case Mapping.Transformed t -> false;
            case Mapping.Told t -> false;
            case Mapping.Opaque o -> false;
        };
    }

    private static boolean sendChild(Child child, long offset, long n, CopyTarget target)
            throws BlockException {
        return child instanceof ChildEdge edge && edge.copyTo(offset, n, target);
    }

    private boolean sendBacking(long offset, long n, CopyTarget target) throws BlockException {
        ChildEdge backing = node.backing();
        long inside = Math.clamp(node.backingLength() - offset, 0, n);
        if (backing != null && inside > 0 && !backing.copyTo(offset, inside, target)) {
            return false;
        }
        if (inside < n) {
            target.behind(inside).zero(n - inside);
        }
        return true;
    }

    // ---- the target's side

    /// Takes a range that a protocol's node stores; false if that cannot be done. The range is then
    /// as it was, or part of it has the source's data.
    boolean receive(DriverInstance storage, long storageOffset, long offset, long count)
            throws BlockException {
        Limits limits = io.limits();
        io.requireSane(offset, count);
        io.requireWritable();
        if (io.detectZeroes() != DetectZeroes.OFF || !isAligned(limits, offset, count)) {
            return false;
        }
        Accounting counting = io.accounting();
        long started = counting == null ? 0 : counting.begin();
        io.inFlight().enter();
        try {
            RequestTracker.Request request = io.tracker().begin(offset, count, false, false);
            try {
                if (!store(storage, storageOffset, offset, count, limits.maxTransfer())) {
                    return false;
                }
            } finally {
                io.tracker().end(request);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            io.inFlight().leave();
        }
        if (counting != null) {
            counting.done(OperationKind.WRITE, count, started);
        }
        return true;
    }

    private boolean store(
            DriverInstance storage, long storageOffset, long offset, long count, long max)
            throws BlockException {
        io.threshold().check(offset + count);
        boolean isStored = false;
        try {
            isStored = storePieces(storage, storageOffset, offset, count, max);
        } finally {
            io.finishWrite(offset, count, isStored);
        }
        return isStored;
    }

    private boolean storePieces(
            DriverInstance storage, long storageOffset, long offset, long count, long max)
            throws BlockException {
        DriverInstance driver = node.driverInstance();
        for (long done = 0; done < count; ) {
            long n = max == 0 ? count - done : Math.min(max, count - done);
            boolean isStored =
                    driver instanceof PlannedWrites planner
                            ? storePlanned(planner, storage, storageOffset + done, offset + done, n)
                            : driver.copyFrom(storage, storageOffset + done, offset + done, n);
            if (!isStored) {
                return false;
            }
            done += n;
        }
        return true;
    }

    private boolean storePlanned(
            PlannedWrites planner,
            DriverInstance storage,
            long storageOffset,
            long offset,
            long count)
            throws BlockException {
        for (long done = 0; done < count; ) {
            WritePlan plan = planner.planWrite(offset + done, count - done);
            long n = Math.min(plan.length(), count - done);
            boolean isStored;
            try {
                isStored =
                        plan.child().copyFrom(storage, storageOffset + done, plan.hostOffset(), n);
                if (isStored) {
                    data.copyEdges(plan, offset + done, n);
                }
            } catch (BlockException | RuntimeException | Error e) {
                plan.abort();
                throw e;
            }
            if (!isStored) {
                plan.abort();
                return false;
            }
            plan.commit();
            done += n;
        }
        return true;
    }

    private static boolean isAligned(Limits limits, long offset, long count) {
        return ((offset | count) & (limits.requestAlignment() - 1)) == 0;
    }
}
