package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;

import java.nio.ByteBuffer;

/// Where a LUKS header and its key material are kept.
///
/// @param child the storage
/// @param start where in it the header begins
/// @param length the bytes that the header may take
public record HeaderArea(Child child, long start, long length) {
    /// The whole of a file.
    public static HeaderArea of(Child child) {
        return new HeaderArea(child, 0, Long.MAX_VALUE);
    }

    /// Reads bytes of the area; what lies behind the storage's end reads as zeroes.
    byte[] read(long offset, int count) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(count);
        child.read(start + offset, buffer);
        byte[] bytes = new byte[count];
        buffer.get(0, bytes);
        return bytes;
    }

    /// Writes bytes of the area and makes them stable.
    void write(long offset, byte[] bytes) throws BlockException {
        if (offset > length - bytes.length) {
            throw new IllegalArgumentException("behind the header's area");
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
        child.write(start + offset, buffer, WriteFlags.NONE);
        child.flush();
    }
}
