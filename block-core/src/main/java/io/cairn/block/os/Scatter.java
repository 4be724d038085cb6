package io.cairn.block.os;

import io.cairn.block.Bytes;

import java.nio.ByteBuffer;

/// Arithmetic on buffers that one request fills or empties in turn.
final class Scatter {
    private Scatter() {}

    /// The bytes that remain in all buffers.
    static long remaining(ByteBuffer[] buffers) {
        long sum = 0;
        for (ByteBuffer b : buffers) {
            sum = Math.addExact(sum, b.remaining());
        }
        return sum;
    }

    /// Fills a buffer with zeroes from `done` bytes behind its position to its limit.
    static void zeroFrom(ByteBuffer buffer, int done) {
        Bytes.zero(buffer, buffer.position() + done, buffer.remaining() - done);
    }

    /// Fills the buffers with zeroes behind the first `done` bytes of them all.
    static void zeroFrom(ByteBuffer[] buffers, long done) {
        long skip = done;
        for (ByteBuffer b : buffers) {
            int here = (int) Math.min(skip, b.remaining());
            zeroFrom(b, here);
            skip -= here;
        }
    }

    /// What is left of the buffers behind the first `done` bytes, in views of their own.
    static ByteBuffer[] after(ByteBuffer[] buffers, long done) {
        int first = 0;
        long skip = done;
        while (first < buffers.length && skip >= buffers[first].remaining()) {
            skip -= buffers[first].remaining();
            first++;
        }
        ByteBuffer[] rest = new ByteBuffer[buffers.length - first];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = buffers[first + i].duplicate();
        }
        if (rest.length > 0) {
            rest[0].position(rest[0].position() + (int) skip);
        }
        return rest;
    }
}
