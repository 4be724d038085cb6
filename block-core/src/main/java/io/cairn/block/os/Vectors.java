package io.cairn.block.os;

import java.nio.ByteBuffer;

/// The buffers of one request as an array of `struct iovec`, and how far the request has come.
///
/// Each is an address (8 bytes) and a length (8 bytes).
final class Vectors {
    private static final int SIZE = 16;

    /// The most that the kernel takes in one call.
    private static final int CALL_LIMIT = 1024;

    private final CallFrame frame;
    private final int count;
    private final long length;
    private int first;
    private long done;

    private Vectors(CallFrame frame, int count, long length) {
        this.frame = frame;
        this.count = count;
        this.length = length;
    }

    /// Lends a frame that has room for the vectors of this many buffers.
    static CallFrame frame(int buffers) {
        return CallFrame.take(Math.multiplyExact(buffers, SIZE));
    }

    static Vectors of(CallFrame frame, ByteBuffer buffer) {
        put(frame, 0, buffer);
        return new Vectors(frame, 1, buffer.remaining());
    }

    static Vectors of(CallFrame frame, ByteBuffer[] buffers) {
        for (int i = 0; i < buffers.length; i++) {
            put(frame, i, buffers[i]);
        }
        return new Vectors(frame, buffers.length, Scatter.remaining(buffers));
    }

    private static void put(CallFrame frame, int index, ByteBuffer buffer) {
        int at = CallFrame.DATA + SIZE * index;
        frame.memory().putLong(at, Syscall.address(buffer)).putLong(at + 8, buffer.remaining());
    }

    /// The address of the first vector that is not used up.
    long address() {
        return frame.data() + (long) SIZE * first;
    }

    /// How many vectors the next call passes.
    int count() {
        return Math.min(count - first, CALL_LIMIT);
    }

    /// The address of the first buffer that is not used up.
    long firstBase() {
        return frame.memory().getLong(CallFrame.DATA + SIZE * first);
    }

    /// What is left of the first buffer that is not used up.
    int firstLength() {
        return (int) frame.memory().getLong(CallFrame.DATA + SIZE * first + 8);
    }

    /// The bytes that have been transferred.
    long done() {
        return done;
    }

    boolean isComplete() {
        return done == length;
    }

    /// Notes that the next bytes have been transferred.
    void advance(long bytes) {
        done += bytes;
        if (done == length) {
            return;
        }
        long skip = bytes;
        while (true) {
            int at = CallFrame.DATA + SIZE * first;
            long here = frame.memory().getLong(at + 8);
            if (skip < here) {
                long base = frame.memory().getLong(at);
                frame.memory().putLong(at, base + skip).putLong(at + 8, here - skip);
                return;
            }
            skip -= here;
            first++;
        }
    }
}
