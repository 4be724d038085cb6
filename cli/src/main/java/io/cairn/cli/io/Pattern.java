package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Bytes;

import java.nio.ByteBuffer;

/// The bytes that a command writes.
@FunctionalInterface
interface Pattern {
    /// What is written if the user does not say.
    byte DEFAULT = (byte) 0xcd;

    /// Fills what remains of a buffer.
    ///
    /// @param position the distance of the buffer's first byte from the start of the request
    void fill(ByteBuffer dst, long position) throws BlockException;

    /// One byte again and again.
    static Pattern of(byte value) {
        return (dst, position) -> Bytes.fill(dst, dst.position(), dst.remaining(), value);
    }

    /// The byte that a word gives: a number as C writes it, up to 255.
    static byte parse(String word) throws CommandException {
        long value = CNumbers.parse(word);
        if (value < 0 || value > 255) {
            throw CommandException.of(word + " is not a valid pattern byte");
        }
        return (byte) value;
    }
}
