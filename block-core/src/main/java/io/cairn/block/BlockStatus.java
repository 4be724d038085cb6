package io.cairn.block;

import org.jspecify.annotations.Nullable;

/// What a node knows of a range without reading it.
///
/// @param length bytes from the asked offset for which all of this holds; never 0 unless the offset
///   is the end
/// @param allocated this node answers for the range itself. If not, its backing node does; without
///   one the range comes from elsewhere, and only `zero` says that it reads as zeroes
/// @param data the range occupies space as data
/// @param zero the range reads as zeroes
/// @param hostOffset the offset of the range in `hostFile`, or -1
/// @param hostFile the node that `hostOffset` counts in; null without an offset
/// @param compressed the range is stored compressed
/// @param eof the range ends at the node's end
public record BlockStatus(
        long length,
        boolean allocated,
        boolean data,
        boolean zero,
        long hostOffset,
        @Nullable Node hostFile,
        boolean compressed,
        boolean eof) {
    public boolean hasHostOffset() {
        return hostOffset >= 0;
    }

    public BlockStatus withLength(long bytes) {
        return bytes == length
                ? this
                : new BlockStatus(
                        bytes, allocated, data, zero, hostOffset, hostFile, compressed, eof);
    }

    public BlockStatus withZero(boolean on) {
        return on == zero
                ? this
                : new BlockStatus(
                        length, allocated, data, on, hostOffset, hostFile, compressed, eof);
    }

    public BlockStatus withEof(boolean on) {
        return on == eof
                ? this
                : new BlockStatus(
                        length, allocated, data, zero, hostOffset, hostFile, compressed, on);
    }

    /// The same, allocated if it is known what a read gives: data, or zeroes.
    public BlockStatus asAnswered() {
        return allocated || !(data || zero)
                ? this
                : new BlockStatus(length, true, data, zero, hostOffset, hostFile, compressed, eof);
    }
}
