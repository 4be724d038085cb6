package io.cairn.job.image;

import io.cairn.block.Node;

import org.jspecify.annotations.Nullable;

/// A range of a disk of which all that is said holds throughout.
///
/// @param start its first byte
/// @param length its bytes; 0 only where nothing was to be mapped
/// @param depth how many images above the one that answers, 0 for the top
/// @param present whether some image of the chain holds the range
/// @param zero whether it reads as zeroes
/// @param data whether it occupies space as data
/// @param hostOffset where it starts in `file`, or -1
/// @param file the node that the host offset counts in; null without one
public record MapExtent(
        long start,
        long length,
        int depth,
        boolean present,
        boolean zero,
        boolean data,
        long hostOffset,
        @Nullable Node file) {
    /// Whether the range can be read in `file` at the host offset.
    public boolean hasHostOffset() {
        return hostOffset >= 0;
    }

    /// The first byte behind the range.
    public long end() {
        return start + length;
    }

    /// Whether the two are one extent, the other following this one in the disk and on the host.
    boolean continuesIn(MapExtent next) {
        return zero == next.zero
                && data == next.data
                && present == next.present
                && depth == next.depth
                && file == next.file
                && (hasHostOffset()
                        ? hostOffset + length == next.hostOffset
                        : !next.hasHostOffset());
    }

    MapExtent longerBy(long more) {
        return new MapExtent(start, length + more, depth, present, zero, data, hostOffset, file);
    }
}
