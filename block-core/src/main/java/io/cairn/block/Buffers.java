package io.cairn.block;

import java.nio.ByteBuffer;

/// Views of buffers, and operations on all that remains in one. No method moves a position.
public final class Buffers {
    private Buffers() {}

    /// A view of `length` bytes that begins `index` bytes behind the buffer's position.
    public static ByteBuffer slice(ByteBuffer buffer, int index, int length) {
        return buffer.slice(buffer.position() + index, length);
    }

    /// Fills what remains with zeroes.
    public static void zero(ByteBuffer buffer) {
        Bytes.zero(buffer, buffer.position(), buffer.remaining());
    }
}
