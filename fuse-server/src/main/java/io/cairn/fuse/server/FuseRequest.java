package io.cairn.fuse.server;

import java.nio.ByteBuffer;

/// What the kernel asks for in a message.
sealed interface FuseRequest {
    /// The version that the kernel speaks, and what it can do.
    record Init(int major, int minor, int maxReadahead, int flags) implements FuseRequest {}

    /// A change of attributes.
    ///
    /// @param which the bits `SET_` of those that change
    record SetAttributes(int which, long size, int mode, int user, int group)
            implements FuseRequest {}

    record Read(long offset, int length) implements FuseRequest {}

    /// A write, whose data stand behind its header.
    record Write(long offset, int length) implements FuseRequest {}

    record Allocate(long offset, long length, int mode) implements FuseRequest {}

    record Seek(long offset, int whence) implements FuseRequest {}

    /// What has no arguments that matter.
    enum Plain implements FuseRequest {
        GET_ATTRIBUTES,
        OPEN,
        STATISTICS,
        FLUSH,
        RELEASE,
        DESTROY
    }

    /// What is not answered.
    enum Silent implements FuseRequest {
        FORGET,
        INTERRUPT
    }

    /// What is refused.
    enum Refused implements FuseRequest {
        /// An operation that we do not know.
        UNKNOWN,

        /// An operation on a file that is not there.
        NO_SUCH_FILE,

        /// A message that is too short for its operation.
        TOO_SHORT
    }

    /// Reads the request of a message.
    ///
    /// @param message from its header on, in the host's byte order, from 0 to its limit, which is
    ///   at least that of the header
    static FuseRequest parse(ByteBuffer message) {
        int operation = message.getInt(4);
        switch (operation) {
            case FuseWire.FORGET, FuseWire.BATCH_FORGET -> {
                return Silent.FORGET;
            }
            case FuseWire.INTERRUPT -> {
                return Silent.INTERRUPT;
            }
            case FuseWire.INIT -> {
                return has(message, 16) ? init(message) : Refused.TOO_SHORT;
            }
            case FuseWire.DESTROY -> {
                return Plain.DESTROY;
            }
            default -> {}
        }
        if (message.getLong(16) != FuseWire.ROOT) {
            return Refused.NO_SUCH_FILE;
        }
        return switch (operation) {
            case FuseWire.GETATTR -> Plain.GET_ATTRIBUTES;
            case FuseWire.SETATTR -> has(message, 88) ? setAttributes(message) : Refused.TOO_SHORT;
            case FuseWire.OPEN -> Plain.OPEN;
            case FuseWire.READ -> has(message, 40) ? read(message) : Refused.TOO_SHORT;
            case FuseWire.WRITE -> has(message, 40) ? write(message) : Refused.TOO_SHORT;
            case FuseWire.STATFS -> Plain.STATISTICS;
            case FuseWire.RELEASE -> Plain.RELEASE;
            case FuseWire.FSYNC, FuseWire.FLUSH -> Plain.FLUSH;
            case FuseWire.FALLOCATE -> has(message, 32) ? allocate(message) : Refused.TOO_SHORT;
            case FuseWire.LSEEK -> has(message, 24) ? seek(message) : Refused.TOO_SHORT;
            default -> Refused.UNKNOWN;
        };
    }

    private static boolean has(ByteBuffer message, int arguments) {
        return message.limit() - FuseWire.REQUEST_HEADER >= arguments;
    }

    private static FuseRequest init(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        return new Init(in.getInt(at), in.getInt(at + 4), in.getInt(at + 8), in.getInt(at + 12));
    }

    private static FuseRequest setAttributes(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        return new SetAttributes(
                in.getInt(at),
                in.getLong(at + 16),
                in.getInt(at + 68),
                in.getInt(at + 76),
                in.getInt(at + 80));
    }

    private static FuseRequest read(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        return new Read(in.getLong(at + 8), in.getInt(at + 16));
    }

    private static FuseRequest write(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        int length = in.getInt(at + 16);
        boolean isThere = length >= 0 && length <= in.limit() - FuseWire.WRITE_HEADER;
        return isThere ? new Write(in.getLong(at + 8), length) : Refused.TOO_SHORT;
    }

    private static FuseRequest allocate(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        return new Allocate(in.getLong(at + 8), in.getLong(at + 16), in.getInt(at + 24));
    }

    private static FuseRequest seek(ByteBuffer in) {
        int at = FuseWire.REQUEST_HEADER;
        return new Seek(in.getLong(at + 8), in.getInt(at + 16));
    }
}
