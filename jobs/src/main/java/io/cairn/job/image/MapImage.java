package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.JobControl;

/// Tells where the data of a disk is, through its whole backing chain.
public final class MapImage {
    private MapImage() {}

    /// Takes the extents of a disk in ascending order.
    @FunctionalInterface
    public interface Sink {
        void accept(MapExtent extent) throws BlockException;
    }

    /// Hands the extents of a range to the sink, neighbours that belong together joined.
    ///
    /// A range that starts at or behind the disk's end, or has no bytes, is one extent of length 0.
    ///
    /// @param start the first byte
    /// @param length the bytes, or -1 for all up to the end
    public static void run(
            BlockBackend disk, long start, long length, Sink sink, JobControl control)
            throws BlockException {
        long end = length < 0 ? disk.length() : endOf(start, length, disk.length());
        control.addTotal(Math.max(0, end - start));
        MapExtent current = new MapExtent(start, 0, 0, false, false, false, -1, null);
        while (current.end() < end) {
            control.checkpoint();
            MapExtent next = next(disk, current.end(), end);
            control.advance(next.length());
            if (current.length() == 0) {
                current = next;
            } else if (current.continuesIn(next)) {
                current = current.longerBy(next.length());
            } else {
                sink.accept(current);
                current = next;
            }
        }
        sink.accept(current);
    }

    private static long endOf(long start, long length, long diskLength) {
        return length > diskLength - start ? diskLength : start + length;
    }

    private static MapExtent next(BlockBackend disk, long offset, long end) throws BlockException {
        ChainStatus answer = disk.visibleStatus(offset, end - offset);
        BlockStatus status = answer.status();
        return new MapExtent(
                offset,
                Math.min(status.length(), end - offset),
                answer.depth(),
                status.allocated(),
                status.zero(),
                status.data(),
                status.hostOffset(),
                status.hostFile());
    }
}
