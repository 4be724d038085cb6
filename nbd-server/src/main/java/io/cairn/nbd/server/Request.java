package io.cairn.nbd.server;

import io.cairn.block.Errno;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// A client's request (NBD protocol, "Request message").
///
/// @param length of the range; negative if it does not fit into 63 bits
record Request(int flags, int command, long cookie, long offset, long length) {
    /// Takes a request that begins behind its magic.
    static Request take(ByteBuffer in, boolean extended) {
        int flags = Short.toUnsignedInt(in.getShort());
        int command = Short.toUnsignedInt(in.getShort());
        long cookie = in.getLong();
        long offset = in.getLong();
        long length = extended ? in.getLong() : Integer.toUnsignedLong(in.getInt());
        return new Request(flags, command, cookie, offset, length);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Whether `length` bytes follow the header rather than describe a range.
    boolean hasPayload(boolean extended) {
        return command == NbdWire.CMD_WRITE || (extended && has(NbdWire.CMD_FLAG_PAYLOAD_LEN));
    }

    /// Why the request cannot be carried out, or null.
    @Nullable Refusal refusal(Session session) {
        int allowed = allowedFlags(session);
        if (allowed < 0) {
            return new Refusal(Errno.EINVAL, "unsupported request type " + command);
        }
        if ((flags & ~allowed) != 0) {
            return new Refusal(Errno.EINVAL, "unsupported flags 0x" + Integer.toHexString(flags));
        }
        if (command == NbdWire.CMD_FLUSH) {
            return null;
        }
        if (changes() && !session.export().writable()) {
            return new Refusal(Errno.EPERM, "Export is read-only");
        }
        boolean carries = command == NbdWire.CMD_READ || command == NbdWire.CMD_CACHE;
        if (carries && (length < 0 || length > NbdWire.MAX_PAYLOAD)) {
            return new Refusal(Errno.EINVAL, "length is larger than " + NbdWire.MAX_PAYLOAD);
        }
        if (isBlockStatusWithPayload()) {
            return null;
        }
        return rangeRefusal(session);
    }

    /// A query whose range stands in its payload.
    boolean isBlockStatusWithPayload() {
        return command == NbdWire.CMD_BLOCK_STATUS && has(NbdWire.CMD_FLAG_PAYLOAD_LEN);
    }

    private @Nullable Refusal rangeRefusal(Session session) {
        long disk = session.export().length();
        if (offset < 0 || length < 0 || offset > disk - length) {
            boolean grows = command == NbdWire.CMD_WRITE || command == NbdWire.CMD_WRITE_ZEROES;
            return new Refusal(
                    grows ? Errno.ENOSPC : Errno.EINVAL, "operation past EOF; From: " + offset);
        }
        if (command == NbdWire.CMD_BLOCK_STATUS && length == 0) {
            return new Refusal(Errno.EINVAL, "need non-zero length");
        }
        int block = session.export().minimumBlock();
        if (session.aligned() && ((offset | length) & (block - 1)) != 0) {
            return new Refusal(Errno.EINVAL, "unaligned access");
        }
        return null;
    }

    private boolean changes() {
        return command == NbdWire.CMD_WRITE
                || command == NbdWire.CMD_WRITE_ZEROES
                || command == NbdWire.CMD_TRIM;
    }

    /// The flags that the command may have; -1 for a command that there is not.
    private int allowedFlags(Session session) {
        int payload = session.extended() ? NbdWire.CMD_FLAG_PAYLOAD_LEN : 0;
        return switch (command) {
            case NbdWire.CMD_READ ->
                    NbdWire.CMD_FLAG_FUA | (session.chunked() ? NbdWire.CMD_FLAG_DF : 0);
            case NbdWire.CMD_WRITE -> NbdWire.CMD_FLAG_FUA | payload;
            case NbdWire.CMD_FLUSH, NbdWire.CMD_TRIM, NbdWire.CMD_CACHE -> NbdWire.CMD_FLAG_FUA;
            case NbdWire.CMD_WRITE_ZEROES ->
                    NbdWire.CMD_FLAG_FUA | NbdWire.CMD_FLAG_NO_HOLE | NbdWire.CMD_FLAG_FAST_ZERO;
            case NbdWire.CMD_BLOCK_STATUS ->
                    session.contexts().isEmpty()
                            ? -1
                            : NbdWire.CMD_FLAG_FUA | NbdWire.CMD_FLAG_REQ_ONE | payload;
            default -> -1;
        };
    }

    /// An error that a request is answered with.
    record Refusal(Errno errno, String text) {}
}
