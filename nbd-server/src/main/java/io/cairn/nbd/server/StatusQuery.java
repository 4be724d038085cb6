package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Answers block status queries (NBD protocol, "NBD_CMD_BLOCK_STATUS").
final class StatusQuery {
    /// Extents of a context that one reply has at most.
    private static final int MAX_EXTENTS = 2048;

    /// The longest extent that a plain header can tell, a multiple of every block size.
    private static final long MAX_PLAIN = 0xfff00000L;

    private final Session session;
    private final Replies forms;
    private final BlockBackend disk;

    StatusQuery(Session session, Replies forms) {
        this.session = session;
        this.forms = forms;
        this.disk = session.export().backend();
    }

    void run(Request request, @Nullable ByteBuffer payload, ReplyBuffer replies)
            throws BlockException {
        List<Integer> wanted = new ArrayList<>();
        long length = request.length();
        if (request.isBlockStatusWithPayload()) {
            length = takePayload(request, payload, wanted);
        } else {
            for (int i = 0; i < session.contexts().size(); i++) {
                wanted.add(i);
            }
        }
        int most = request.has(NbdWire.CMD_FLAG_REQ_ONE) ? 1 : MAX_EXTENTS;
        for (int i = 0; i < wanted.size(); i++) {
            int id = wanted.get(i);
            List<MetaContext.Extent> extents =
                    extents(session.contexts().get(id), request.offset(), length, most);
            put(request, id, extents, i == wanted.size() - 1, replies);
        }
    }

    /// The range's length, and which contexts are asked for.
    private long takePayload(Request request, @Nullable ByteBuffer payload, List<Integer> wanted)
            throws BlockException {
        if (payload == null || payload.remaining() < 12 || payload.remaining() % 4 != 0) {
            throw new BlockException(Errno.EINVAL, "invalid payload");
        }
        ByteBuffer in = payload.duplicate();
        long length = in.getLong();
        while (in.hasRemaining()) {
            int id = in.getInt();
            if (id < 0 || id >= session.contexts().size() || wanted.contains(id)) {
                throw new BlockException(Errno.EINVAL, "invalid meta context");
            }
            wanted.add(id);
        }
        long offset = request.offset();
        if (offset < 0 || length <= 0 || offset > session.export().length() - length) {
            throw new BlockException(Errno.EINVAL, "operation past EOF");
        }
        return length;
    }

    private List<MetaContext.Extent> extents(
            MetaContext context, long offset, long length, int most) throws BlockException {
        List<MetaContext.Extent> found = new ArrayList<>();
        long limit = session.extended() ? Long.MAX_VALUE : MAX_PLAIN;
        long done = 0;
        while (done < length) {
            MetaContext.Extent next = context.at(disk, offset + done, length - done);
            MetaContext.Extent last = found.isEmpty() ? null : found.getLast();
            boolean joins =
                    last != null
                            && last.flags() == next.flags()
                            && last.length() + next.length() <= limit;
            if (last != null && joins) {
                found.set(
                        found.size() - 1,
                        new MetaContext.Extent(last.length() + next.length(), next.flags()));
            } else if (found.size() == most) {
                break;
            } else {
                found.add(new MetaContext.Extent(Math.min(limit, next.length()), next.flags()));
            }
            done += Math.min(limit, next.length());
        }
        return found;
    }

    private void put(
            Request request,
            int id,
            List<MetaContext.Extent> extents,
            boolean last,
            ReplyBuffer replies)
            throws BlockException {
        boolean wide = session.extended();
        int length = wide ? 8 + 16 * extents.size() : 4 + 8 * extents.size();
        ByteBuffer out = replies.room(forms.chunkHeader() + length);
        int type = wide ? NbdWire.REPLY_BLOCK_STATUS_EXT : NbdWire.REPLY_BLOCK_STATUS;
        forms.putChunk(out, request, last, type, length);
        out.putInt(id);
        if (wide) {
            out.putInt(extents.size());
        }
        for (MetaContext.Extent extent : extents) {
            if (wide) {
                out.putLong(extent.length()).putLong(extent.flags());
            } else {
                out.putInt((int) extent.length()).putInt(extent.flags());
            }
        }
        replies.commit(out.position());
    }
}
