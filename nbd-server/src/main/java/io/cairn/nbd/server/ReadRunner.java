package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.os.PagePipe;
import io.cairn.protocol.nbd.NbdWire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/// Carries out the reads of one session: with holes as such where the client takes them, and with
/// data as pages where disk and socket allow that. Many threads may use it at once.
final class ReadRunner {
    /// Reads from this length on look for holes; in shorter ones looking costs more than sending.
    private static final int HOLE_SEARCH = 64 << 10;

    /// Data from this length on are sent without a copy, where that is possible.
    private static final int MIN_PAGES = 64 << 10;

    private static final int MAX_MISSES = 8;

    private final Session session;
    private final BlockBackend disk;
    private final Replies forms;
    private final Pipes pipes;

    /// How often the disk did not let its pages be taken.
    private final AtomicInteger misses = new AtomicInteger();

    ReadRunner(Session session, Replies forms, Pipes pipes) {
        this.session = session;
        this.disk = session.export().backend();
        this.forms = forms;
        this.pipes = pipes;
    }

    /// Reads and replies.
    ///
    /// @param room how long the pieces of data may be
    void run(Request request, int room, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        int length = (int) request.length();
        if (request.has(NbdWire.CMD_FLAG_FUA)) {
            disk.flush();
        }
        boolean isWhole = !session.chunked() || request.has(NbdWire.CMD_FLAG_DF);
        if (session.chunked() && length == 0) {
            forms.done(replies, request);
        } else if (isWhole && length > room) {
            sendInSequence(request, room, replies);
        } else if (isWhole || length < HOLE_SEARCH) {
            sendData(request, request.offset(), length, true, replies);
        } else {
            readSparse(request, room, replies);
        }
    }

    /// Sends holes as such, and data in pieces.
    private void readSparse(Request request, int room, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        long offset = request.offset();
        long end = offset + request.length();
        while (offset < end) {
            BlockStatus status = disk.chainStatus(offset, end - offset, true).status();
            boolean isZero = status.zero();
            long n = Math.min(status.length(), isZero ? end - offset : room);
            boolean last = offset + n == end;
            if (isZero) {
                ByteBuffer out = replies.room(forms.chunkHeader() + 12);
                forms.putChunk(out, request, last, NbdWire.REPLY_OFFSET_HOLE, 12);
                out.putLong(offset).putInt((int) n);
                commit(replies, out.position());
            } else {
                sendData(request, offset, (int) n, last, replies);
            }
            offset += n;
        }
    }

    private void sendData(
            Request request, long offset, int length, boolean last, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        if (length >= MIN_PAGES
                && misses.get() < MAX_MISSES
                && replies.takesPages()
                && sendPages(request, offset, length, last, replies)) {
            return;
        }
        ByteBuffer out = replies.room(dataHeader() + length);
        putDataHeader(out, request, offset, length, last);
        disk.read(offset, out);
        commit(replies, out.limit());
    }

    /// Sends data without a copy.
    ///
    /// @return false if the disk does not allow that
    private boolean sendPages(
            Request request, long offset, int length, boolean last, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        PagePipe pages = pipes.take();
        if (pages == null) {
            return false;
        }
        boolean isEmpty = false;
        try {
            if (!disk.readPages(offset, length, pages)) {
                misses.incrementAndGet();
                return false;
            }
            sendBehindHeader(request, offset, length, last, pages, replies);
            isEmpty = true;
            return true;
        } finally {
            if (isEmpty) {
                pipes.giveBack(pages);
            } else {
                pipes.discard(pages);
            }
        }
    }

    private void sendBehindHeader(
            Request request,
            long offset,
            int length,
            boolean last,
            PagePipe pages,
            ReplyBuffer replies)
            throws ConnectionLostException {
        try {
            replies.beginSequence();
            try {
                ByteBuffer out = replies.room(dataHeader());
                putDataHeader(out, request, offset, length, last);
                replies.commit(out.limit());
                replies.commitPages(pages, length);
            } finally {
                replies.endSequence();
            }
        } catch (BlockException e) {
            throw new ConnectionLostException(e);
        }
    }

    private int dataHeader() {
        return session.chunked() ? forms.chunkHeader() + 8 : NbdWire.SIMPLE_REPLY_SIZE;
    }

    private void putDataHeader(
            ByteBuffer out, Request request, long offset, int length, boolean last) {
        if (session.chunked()) {
            forms.putChunk(out, request, last, NbdWire.REPLY_OFFSET_DATA, 8L + length);
            out.putLong(offset);
        } else {
            Replies.putSimple(out, request, 0);
        }
    }

    /// Sends data that must not be cut piece by piece. Once the first is sent a failure of the disk
    /// cannot be told, and ends the connection.
    private void sendInSequence(Request request, int room, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        int length = (int) request.length();
        replies.beginSequence();
        try {
            sendPiece(request, room, replies);
            int done = room;
            while (done < length) {
                int n = Math.min(room, length - done);
                ByteBuffer out = replies.room(n);
                readOrLose(request.offset() + done, out);
                commit(replies, n);
                done += n;
            }
        } finally {
            replies.endSequence();
        }
    }

    /// Sends the header of all data with the first of them.
    private void sendPiece(Request request, int room, ReplyBuffer replies)
            throws BlockException, ConnectionLostException {
        ByteBuffer out = replies.room(dataHeader() + room);
        putDataHeader(out, request, request.offset(), (int) request.length(), true);
        disk.read(request.offset(), out);
        commit(replies, out.limit());
    }

    private void readOrLose(long offset, ByteBuffer out) throws ConnectionLostException {
        try {
            disk.read(offset, out);
        } catch (BlockException e) {
            throw new ConnectionLostException(e);
        }
    }

    /// Tells a failure of the connection from one of the disk.
    private static void commit(ReplyBuffer replies, int length) throws ConnectionLostException {
        try {
            replies.commit(length);
        } catch (BlockException e) {
            throw new ConnectionLostException(e);
        }
    }

    /// The client is gone, so there is nobody to tell.
    static final class ConnectionLostException extends Exception {
        private static final long serialVersionUID = 1L;

        private final BlockException failure;

        ConnectionLostException(BlockException failure) {
            super(failure);
            this.failure = failure;
        }

        BlockException failure() {
            return failure;
        }
    }
}
