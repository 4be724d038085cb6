package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.protocol.nbd.NbdStream;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Carries out the requests of one session on its disk. Many threads may use it at once.
final class RequestRunner {
    /// The longest piece in which data are read and sent, or received and written.
    static final int PIECE = 1 << 20;

    /// The same where memory is short.
    static final int SMALL_PIECE = 64 << 10;

    private final Session session;
    private final BlockBackend disk;
    private final Replies forms;
    private final StatusQuery query;
    private final ReadRunner reads;

    RequestRunner(Session session, Pipes pipes) {
        this.session = session;
        this.disk = session.export().backend();
        this.forms = new Replies(session);
        this.query = new StatusQuery(session, forms);
        this.reads = new ReadRunner(session, forms, pipes);
    }

    /// Carries a request out and replies.
    ///
    /// @param payload what came with the request
    /// @param room how long the pieces of data may be
    /// @throws BlockException if the client cannot be told any more
    void run(Request request, @Nullable ByteBuffer payload, int room, ReplyBuffer replies)
            throws BlockException {
        Request.Refusal refusal = request.refusal(session);
        if (refusal != null) {
            forms.error(replies, request, refusal.errno(), refusal.text());
            return;
        }
        Errno errno;
        String text;
        try {
            carryOut(request, payload, room, replies);
            return;
        } catch (ReadRunner.ConnectionLostException e) {
            throw e.failure();
        } catch (BlockException e) {
            errno = e.errno();
            text = e.getMessage();
        } catch (RuntimeException e) {
            errno = Errno.EIO;
            text = "internal error: " + e;
        }
        forms.error(replies, request, errno, text);
    }

    private void carryOut(
            Request request, @Nullable ByteBuffer payload, int room, ReplyBuffer replies)
            throws BlockException, ReadRunner.ConnectionLostException {
        switch (request.command()) {
            case NbdWire.CMD_READ -> {
                reads.run(request, room, replies);
                return;
            }
            case NbdWire.CMD_BLOCK_STATUS -> {
                query.run(request, payload, replies);
                return;
            }
            case NbdWire.CMD_WRITE -> {
                if (payload != null && payload.hasRemaining()) {
                    disk.write(request.offset(), payload, flags(request));
                }
            }
            case NbdWire.CMD_FLUSH -> disk.flush();
            case NbdWire.CMD_TRIM -> {
                disk.discard(request.offset(), request.length());
                if (request.has(NbdWire.CMD_FLAG_FUA)) {
                    disk.flush();
                }
            }
            case NbdWire.CMD_CACHE -> cache(request, room);
            case NbdWire.CMD_WRITE_ZEROES ->
                    disk.writeZeroes(
                            request.offset(),
                            request.length(),
                            flags(request)
                                    .withMayUnmap(!request.has(NbdWire.CMD_FLAG_NO_HOLE))
                                    .withNoFallback(request.has(NbdWire.CMD_FLAG_FAST_ZERO)));
            default -> throw new IllegalArgumentException("command " + request.command());
        }
        forms.done(replies, request);
    }

    private static WriteFlags flags(Request request) {
        return request.has(NbdWire.CMD_FLAG_FUA) ? WriteFlags.FUA : WriteFlags.NONE;
    }

    /// Reads a range so that the host has it at hand.
    private void cache(Request request, int room) throws BlockException {
        try (PooledBuffer pooled =
                BufferPool.shared().acquire(Math.clamp(request.length(), 1, room))) {
            long done = 0;
            while (done < request.length()) {
                int n = (int) Math.min(room, request.length() - done);
                disk.read(request.offset() + done, pooled.buffer().clear().limit(n));
                done += n;
            }
        }
    }

    /// Carries out a write piece by piece as its payload comes. If the client breaks off, or a
    /// piece fails, those before it are written.
    ///
    /// @throws BlockException if the client cannot be told any more
    void writeInPieces(Request request, NbdStream in, int room, ReplyBuffer replies)
            throws BlockException {
        Request.Refusal refusal = request.refusal(session);
        if (refusal == null && request.command() != NbdWire.CMD_WRITE) {
            refusal = new Request.Refusal(Errno.EINVAL, "payload is too long");
        }
        long done = 0;
        try (PooledBuffer pooled = BufferPool.shared().acquire(room)) {
            while (refusal == null && done < request.length()) {
                int n = (int) Math.min(room, request.length() - done);
                ByteBuffer piece = pooled.buffer().clear().limit(n);
                in.readFully(piece);
                refusal = write(request.offset() + done, piece);
                done += n;
            }
        }
        if (refusal == null && request.has(NbdWire.CMD_FLAG_FUA)) {
            refusal = flush();
        }
        in.skip(request.length() - done);
        if (refusal == null) {
            forms.done(replies, request);
        } else {
            forms.error(replies, request, refusal.errno(), refusal.text());
        }
    }

    private Request.@Nullable Refusal write(long offset, ByteBuffer piece) {
        try {
            disk.write(offset, piece, WriteFlags.NONE);
            return null;
        } catch (BlockException e) {
            return new Request.Refusal(e.errno(), e.getMessage());
        }
    }

    private Request.@Nullable Refusal flush() {
        try {
            disk.flush();
            return null;
        } catch (BlockException e) {
            return new Request.Refusal(e.errno(), e.getMessage());
        }
    }
}
