package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.protocol.nbd.NbdError;
import io.cairn.protocol.nbd.NbdWire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The forms of replies in one session (NBD protocol, "Simple reply message", "Structured reply
/// chunk message", "Extended reply chunk message").
final class Replies {
    private final Session session;

    Replies(Session session) {
        this.session = session;
    }

    /// Bytes of a chunk's header.
    int chunkHeader() {
        return session.extended() ? NbdWire.EXTENDED_REPLY_SIZE : NbdWire.STRUCTURED_REPLY_SIZE;
    }

    /// Puts a chunk's header.
    void putChunk(ByteBuffer out, Request request, boolean done, int type, long length) {
        out.putInt(
                session.extended() ? NbdWire.EXTENDED_REPLY_MAGIC : NbdWire.STRUCTURED_REPLY_MAGIC);
        out.putShort((short) (done ? NbdWire.REPLY_FLAG_DONE : 0));
        out.putShort((short) type).putLong(request.cookie());
        if (session.extended()) {
            out.putLong(request.offset()).putLong(length);
        } else {
            out.putInt((int) length);
        }
    }

    static void putSimple(ByteBuffer out, Request request, int error) {
        out.putInt(NbdWire.SIMPLE_REPLY_MAGIC).putInt(error).putLong(request.cookie());
    }

    /// Says that a request without data was carried out.
    void done(ReplyBuffer replies, Request request) throws BlockException {
        if (session.chunked()) {
            ByteBuffer out = replies.room(chunkHeader());
            putChunk(out, request, true, NbdWire.REPLY_NONE, 0);
            replies.commit(out.position());
        } else {
            ByteBuffer out = replies.room(NbdWire.SIMPLE_REPLY_SIZE);
            putSimple(out, request, 0);
            replies.commit(out.position());
        }
    }

    /// Says that a request failed.
    void error(ReplyBuffer replies, Request request, Errno errno, String text)
            throws BlockException {
        int number = NbdError.toWire(errno);
        if (!session.chunked()) {
            ByteBuffer out = replies.room(NbdWire.SIMPLE_REPLY_SIZE);
            putSimple(out, request, number);
            replies.commit(out.position());
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, NbdWire.MAX_STRING);
        ByteBuffer out = replies.room(chunkHeader() + 6 + length);
        putChunk(out, request, true, NbdWire.REPLY_ERROR, 6 + length);
        out.putInt(number).putShort((short) length).put(bytes, 0, length);
        replies.commit(out.position());
    }
}
