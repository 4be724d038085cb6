package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

import java.nio.ByteBuffer;

/// The gate of a node for requests without data: zeroes and discards.
final class NodeZeroes {
    private final BlockNode node;
    private final NodeIo io;
    private final NodeData data;

    NodeZeroes(BlockNode node, NodeIo io, NodeData data) {
        this.node = node;
        this.io = io;
        this.data = data;
    }

    void writeZeroes(long offset, long count, WriteFlags flags) throws BlockException {
        Accounting counting = io.accounting();
        if (counting == null) {
            zeroUncounted(offset, count, flags);
        } else {
            counting.account(OperationKind.WRITE, count, () -> zeroUncounted(offset, count, flags));
        }
    }

    /// Zeroes a range as a part of a request that is counted already.
    void zeroUncounted(long offset, long count, WriteFlags flags) throws BlockException {
        if (count == 0) {
            return;
        }
        io.requireSane(offset, count);
        io.requireWritable();
        io.inFlight().enter();
        try {
            int alignment = io.limits().requestAlignment();
            long start = offset & -(long) alignment;
            long end = NodeIo.roundUp(offset + count, alignment);
            boolean padded = start != offset || end != offset + count;
            RequestTracker.Request request =
                    io.tracker().begin(start, end - start, padded || flags.serialising(), false);
            boolean isWritten = false;
            try {
                zeroWithPadding(offset, count, flags, alignment);
                isWritten = true;
                if (flags.fua()) {
                    io.flush(true);
                }
            } finally {
                io.tracker().end(request);
                io.finishWrite(offset, count, isWritten);
            }
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            io.inFlight().leave();
        }
    }

    private void zeroWithPadding(long offset, long count, WriteFlags flags, int alignment)
            throws BlockException {
        long end = offset + count;
        long innerStart = NodeIo.roundUp(offset, alignment);
        long innerEnd = end & -(long) alignment;
        WriteFlags plain = flags.withFua(false);
        WriteFlags written = WriteFlags.NONE.withUnchanged(flags.unchanged());
        io.threshold().check(end);
        if (innerStart > innerEnd || (innerStart == innerEnd && innerStart != offset)) {
            zeroEdge(offset, count, written, alignment);
            return;
        }
        if (innerStart > offset) {
            zeroEdge(offset, innerStart - offset, written, alignment);
        }
        if (innerEnd > innerStart) {
            try {
                io.debugEvent(DebugEvent.PWRITEV_ZERO);
                data.writeZeroes(innerStart, innerEnd - innerStart, plain, io.limits());
            } finally {
                io.debugEvent(DebugEvent.PWRITEV_DONE);
            }
        }
        if (end > innerEnd) {
            zeroEdge(innerEnd, end - innerEnd, written, alignment);
        }
    }

    /// Zeroes a part of at most two aligned blocks by read-modify-write, inside a serialising
    /// request.
    private void zeroEdge(long offset, long count, WriteFlags flags, int alignment)
            throws BlockException {
        long start = offset & -(long) alignment;
        int wide = Math.toIntExact(NodeIo.roundUp(offset + count, alignment) - start);
        try (PooledBuffer bounce = BufferPool.shared().acquire(wide)) {
            ByteBuffer whole = bounce.buffer();
            io.readAligned(start, whole, io.limits());
            Buffers.zero(Buffers.slice(whole, (int) (offset - start), (int) count));
            try {
                io.debugEvent(DebugEvent.PWRITEV);
                data.write(start, whole, flags);
            } finally {
                io.debugEvent(DebugEvent.PWRITEV_DONE);
            }
        }
    }

    void discard(long offset, long count) throws BlockException {
        Accounting counting = io.accounting();
        if (counting == null) {
            discardUncounted(offset, count);
        } else {
            counting.account(OperationKind.UNMAP, count, () -> discardUncounted(offset, count));
        }
    }

    private void discardUncounted(long offset, long count) throws BlockException {
        if (count == 0) {
            return;
        }
        io.requireSane(offset, count);
        io.requireWritable();
        if (!node.flags().unmap()) {
            return;
        }
        io.inFlight().enter();
        try {
            RequestTracker.Request request = io.tracker().begin(offset, count, false, false);
            try {
                data.discard(offset, count, io.limits());
            } finally {
                io.tracker().end(request);
            }
            io.noteChange(offset, count);
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            io.inFlight().leave();
        }
    }
}
