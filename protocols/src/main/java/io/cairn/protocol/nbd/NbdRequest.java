package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A request of the client, from sending to the last piece of its reply.
///
/// Whoever sends it waits for it; what comes of it is written by the thread that reads from the
/// server before it makes {@link #isDone} true.
final class NbdRequest {
    final int command;
    final int flags;
    final long offset;
    final long length;

    /// What goes with a write.
    final @Nullable ByteBuffer payload;

    /// Where a read's data go; position to limit are as long as the request.
    final @Nullable ByteBuffer dst;

    /// The extents of a status query: length and flags in turn.
    final List<Extent> extents = new ArrayList<>();

    /// The thread that waits.
    final Thread waiter = Thread.currentThread();

    /// Bytes of the read that have come.
    long received;

    /// What the server said is wrong, the first of all such pieces.
    @Nullable BlockException refusal;

    /// Why there will be no reply.
    @Nullable BlockException loss;

    volatile boolean isDone;

    /// Whether the waiter is to read from the server now.
    volatile boolean leads;

    /// Flags that hold for some bytes.
    record Extent(long length, long flags) {}

    private NbdRequest(
            int command,
            int flags,
            long offset,
            long length,
            @Nullable ByteBuffer payload,
            @Nullable ByteBuffer dst) {
        this.command = command;
        this.flags = flags;
        this.offset = offset;
        this.length = length;
        this.payload = payload;
        this.dst = dst;
    }

    /// A request that carries nothing but a range.
    static NbdRequest of(int command, int flags, long offset, long length) {
        return new NbdRequest(command, flags, offset, length, null, null);
    }

    static NbdRequest read(long offset, ByteBuffer dst) {
        return new NbdRequest(NbdWire.CMD_READ, 0, offset, dst.remaining(), null, dst);
    }

    static NbdRequest write(long offset, ByteBuffer src, int flags) {
        return new NbdRequest(NbdWire.CMD_WRITE, flags, offset, src.remaining(), src, null);
    }

    /// The same request, to be sent once more.
    NbdRequest again() {
        return new NbdRequest(command, flags, offset, length, payload, dst);
    }
}
