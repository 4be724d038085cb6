package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Bytes;
import io.cairn.block.Errno;
import io.cairn.block.OutOfSpaceException;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.function.LongFunction;

/// Reads replies and gives them to the requests that they are for. A reply that breaks the protocol
/// ends the connection.
///
/// For one thread at a time.
final class ReplyReader {
    /// Extents of one reply that are kept.
    private static final int MAX_EXTENTS = 4096;

    private final ClientHandshake handshake;
    private final NbdStream stream;
    private final LongFunction<@Nullable NbdRequest> requests;

    /// @param requests finds the request under way that has a cookie
    ReplyReader(ClientHandshake handshake, LongFunction<@Nullable NbdRequest> requests) {
        this.handshake = handshake;
        this.stream = handshake.stream();
        this.requests = requests;
    }

    /// Reads one reply, or one piece of it.
    ///
    /// @return the request that is answered with it, or null if there is more to come
    @Nullable NbdRequest read() throws BlockException {
        stream.require(NbdWire.SIMPLE_REPLY_SIZE);
        int magic = stream.in().getInt(stream.in().position());
        if (handshake.isExtended()
                ? magic == NbdWire.EXTENDED_REPLY_MAGIC
                : handshake.isChunked() && magic == NbdWire.STRUCTURED_REPLY_MAGIC) {
            return readChunk();
        }
        if (magic == NbdWire.SIMPLE_REPLY_MAGIC && !handshake.isExtended()) {
            return readSimple();
        }
        throw broken("invalid magic (got 0x" + Integer.toHexString(magic) + ")");
    }

    private NbdRequest readSimple() throws BlockException {
        ByteBuffer in = stream.in();
        in.getInt();
        int error = in.getInt();
        NbdRequest request = find(in.getLong());
        if (error != 0) {
            request.refusal = refusal(error, "");
            return request;
        }
        if (request.command == NbdWire.CMD_READ && request.dst != null) {
            if (handshake.isChunked()) {
                throw broken("simple reply to a read while structured replies are on");
            }
            stream.readFully(request.dst);
        } else if (request.command == NbdWire.CMD_BLOCK_STATUS) {
            throw broken("simple reply to a block status query");
        }
        return request;
    }

    private @Nullable NbdRequest readChunk() throws BlockException {
        boolean extended = handshake.isExtended();
        stream.require(extended ? NbdWire.EXTENDED_REPLY_SIZE : NbdWire.STRUCTURED_REPLY_SIZE);
        ByteBuffer in = stream.in();
        in.getInt();
        int flags = Short.toUnsignedInt(in.getShort());
        int type = Short.toUnsignedInt(in.getShort());
        NbdRequest request = find(in.getLong());
        if (extended) {
            in.getLong();
        }
        long length = extended ? in.getLong() : Integer.toUnsignedLong(in.getInt());
        if (length < 0 || length > NbdWire.MAX_PAYLOAD + 64L) {
            throw broken("payload of " + Long.toUnsignedString(length) + " bytes is too large");
        }
        boolean isDone = (flags & NbdWire.REPLY_FLAG_DONE) != 0;
        readPayload(request, type, (int) length, isDone);
        if (!isDone) {
            return null;
        }
        boolean isShort =
                request.command == NbdWire.CMD_READ
                        && request.refusal == null
                        && request.received < request.length;
        if (isShort) {
            throw broken("reply to a read lacks data");
        }
        return request;
    }

    private void readPayload(NbdRequest request, int type, int length, boolean isDone)
            throws BlockException {
        switch (type) {
            case NbdWire.REPLY_NONE -> {
                if (!isDone || length != 0) {
                    throw broken("NBD_REPLY_TYPE_NONE without NBD_REPLY_FLAG_DONE");
                }
            }
            case NbdWire.REPLY_OFFSET_DATA -> readData(request, length);
            case NbdWire.REPLY_OFFSET_HOLE -> readHole(request, length);
            case NbdWire.REPLY_BLOCK_STATUS, NbdWire.REPLY_BLOCK_STATUS_EXT ->
                    readStatus(request, type == NbdWire.REPLY_BLOCK_STATUS_EXT, length);
            default -> {
                if ((type & 1 << 15) == 0) {
                    throw broken("unknown reply type " + type);
                }
                readError(request, length);
            }
        }
    }

    // ---- reads

    private void readData(NbdRequest request, int length) throws BlockException {
        if (length <= 8) {
            throw broken("invalid payload for NBD_REPLY_TYPE_OFFSET_DATA");
        }
        stream.readFully(place(request, take64(), length - 8L));
    }

    private void readHole(NbdRequest request, int length) throws BlockException {
        if (length != 12) {
            throw broken("invalid payload for NBD_REPLY_TYPE_OFFSET_HOLE");
        }
        long offset = take64();
        ByteBuffer hole = place(request, offset, Integer.toUnsignedLong(take32()));
        Bytes.zero(hole, 0, hole.limit());
    }

    /// The part of a read's buffer that a piece of the reply is for.
    private static ByteBuffer place(NbdRequest request, long offset, long length)
            throws BlockException {
        ByteBuffer dst = request.dst;
        long at = offset - request.offset;
        if (dst == null || at < 0 || length == 0 || at > request.length - length) {
            throw broken("server sent a piece that exceeds the requested region");
        }
        request.received += length;
        if (request.received > request.length) {
            throw broken("server sent pieces that overlap");
        }
        return dst.slice(dst.position() + (int) at, (int) length);
    }

    // ---- others

    private void readStatus(NbdRequest request, boolean wide, int length) throws BlockException {
        int head = wide ? 8 : 4;
        int size = wide ? 16 : 8;
        boolean isOdd = length < head + size || (length - head) % size != 0;
        if (request.command != NbdWire.CMD_BLOCK_STATUS || isOdd) {
            throw broken("invalid payload for NBD_REPLY_TYPE_BLOCK_STATUS");
        }
        if (take32() != handshake.contextId()) {
            throw broken("unexpected context id for NBD_REPLY_TYPE_BLOCK_STATUS");
        }
        int count = (length - head) / size;
        if (wide && take32() != count) {
            throw broken("invalid count of extents");
        }
        for (int i = 0; i < count; i++) {
            long bytes = wide ? take64() : Integer.toUnsignedLong(take32());
            long flags = wide ? take64() : Integer.toUnsignedLong(take32());
            if (bytes <= 0) {
                throw broken("server sent an extent of length 0");
            }
            if (request.extents.size() < MAX_EXTENTS) {
                request.extents.add(new NbdRequest.Extent(bytes, flags));
            }
        }
    }

    private void readError(NbdRequest request, int length) throws BlockException {
        if (length < 6) {
            throw broken("invalid payload for structured error");
        }
        int error = take32();
        stream.require(2);
        int textLength = Short.toUnsignedInt(stream.in().getShort());
        if (error == 0 || textLength > length - 6) {
            throw broken("invalid structured error");
        }
        String text = "";
        if (textLength <= NbdWire.MAX_STRING) {
            text = stream.text(textLength);
        } else {
            stream.skip(textLength);
        }
        stream.skip(length - 6L - textLength);
        if (request.refusal == null) {
            request.refusal = refusal(error, text);
        }
    }

    private static BlockException refusal(int error, String text) {
        Errno errno = NbdError.fromWire(error);
        BlockException refusal =
                (errno == Errno.ENOSPC
                        ? new OutOfSpaceException(errno.text())
                        : new BlockException(errno, errno.text()));
        return text.isEmpty() ? refusal : refusal.withDetail("server reported: " + text);
    }

    private NbdRequest find(long cookie) throws BlockException {
        NbdRequest request = requests.apply(cookie);
        if (request == null) {
            throw broken("unexpected reply");
        }
        return request;
    }

    private int take32() throws BlockException {
        stream.require(4);
        return stream.in().getInt();
    }

    private long take64() throws BlockException {
        stream.require(8);
        return stream.in().getLong();
    }

    private static BlockException broken(String text) {
        return new BlockException(Errno.EIO, "Protocol error: " + text);
    }
}
