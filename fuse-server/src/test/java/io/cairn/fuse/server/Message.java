package io.cairn.fuse.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/// Messages as the kernel sends them, for tests.
final class Message {
    static final long NUMBER = 0x1234_5678_9ABC_DEF0L;

    private Message() {}

    /// A message whose arguments are zeroes.
    static ByteBuffer of(int operation, int arguments) {
        return of(operation, FuseWire.ROOT, arguments);
    }

    static ByteBuffer of(int operation, long file, int arguments) {
        int length = FuseWire.REQUEST_HEADER + arguments;
        return ByteBuffer.allocate(length)
                .order(ByteOrder.nativeOrder())
                .putInt(0, length)
                .putInt(4, operation)
                .putLong(8, NUMBER)
                .putLong(16, file);
    }

    /// Where the argument at an offset stands.
    static int at(int offset) {
        return FuseWire.REQUEST_HEADER + offset;
    }

    static ByteBuffer read(long offset, int length) {
        return of(FuseWire.READ, 40).putLong(at(8), offset).putInt(at(16), length);
    }

    static ByteBuffer write(long offset, byte[] data) {
        return of(FuseWire.WRITE, 40 + data.length)
                .putLong(at(8), offset)
                .putInt(at(16), data.length)
                .put(at(40), data);
    }

    static ByteBuffer allocate(long offset, long length, int mode) {
        return of(FuseWire.FALLOCATE, 32)
                .putLong(at(8), offset)
                .putLong(at(16), length)
                .putInt(at(24), mode);
    }

    static ByteBuffer seek(long offset, int whence) {
        return of(FuseWire.LSEEK, 24).putLong(at(8), offset).putInt(at(16), whence);
    }

    static ByteBuffer resize(long length) {
        return of(FuseWire.SETATTR, 88).putInt(at(0), FuseWire.SET_SIZE).putLong(at(16), length);
    }

    static ByteBuffer changeMode(int mode) {
        return of(FuseWire.SETATTR, 88).putInt(at(0), FuseWire.SET_MODE).putInt(at(68), mode);
    }

    static ByteBuffer changeOwner(int user, int group) {
        return of(FuseWire.SETATTR, 88)
                .putInt(at(0), FuseWire.SET_USER | FuseWire.SET_GROUP)
                .putInt(at(76), user)
                .putInt(at(80), group);
    }

    static ByteBuffer init(int major, int minor, int flags) {
        return of(FuseWire.INIT, 0, 64)
                .putInt(at(0), major)
                .putInt(at(4), minor)
                .putInt(at(8), 131_072)
                .putInt(at(12), flags);
    }

    /// Any bytes behind a header that may name a known operation.
    static ByteBuffer garbage(Random random, int most) {
        ByteBuffer bytes =
                ByteBuffer.allocate(FuseWire.REQUEST_HEADER + random.nextInt(most))
                        .order(ByteOrder.nativeOrder());
        random.nextBytes(bytes.array());
        if (random.nextInt(8) != 0) {
            bytes.putInt(4, random.nextInt(52));
        }
        if (random.nextInt(4) != 0) {
            bytes.putLong(16, FuseWire.ROOT);
        }
        return bytes;
    }
}
