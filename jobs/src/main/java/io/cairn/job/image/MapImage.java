package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Handover;
import io.cairn.job.JobControl;

import java.util.List;

/// Tells where the data of a disk is, through its whole backing chain.
public final class MapImage {
    /// Extents that are passed on together: enough that waking a thread for them is not felt.
    private static final int BATCH = 512;

    private static final int QUEUE = 4;

    private MapImage() {}

    /// Takes the extents of a disk in ascending order, on the thread that runs the map.
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
        ExtentWalk walk = new ExtentWalk(disk, start, end, control);
        List<MapExtent> extents = walk.next(BATCH);
        if (extents.size() == BATCH) {
            handOver(walk, extents, sink);
        } else {
            pass(extents, sink);
        }
    }

    /// Asks on one thread while the sink works on the caller's.
    private static void handOver(ExtentWalk walk, List<MapExtent> first, Sink sink)
            throws BlockException {
        Handover<List<MapExtent>> queue = new Handover<>(QUEUE);
        try (Workers workers = Workers.platform("job:map")) {
            workers.fork(() -> {
                try {
                    List<MapExtent> extents = walk.next(BATCH);
                    while (!extents.isEmpty() && queue.put(extents)) {
                        extents = walk.next(BATCH);
                    }
                } finally {
                    queue.close();
                }
            });
            try {
                for (List<MapExtent> extents = first; extents != null; extents = queue.take()) {
                    pass(extents, sink);
                }
            } finally {
                queue.close();
            }
            workers.join();
        }
    }

    private static void pass(List<MapExtent> extents, Sink sink) throws BlockException {
        for (MapExtent extent : extents) {
            sink.accept(extent);
        }
    }

    private static long endOf(long start, long length, long diskLength) {
        return length > diskLength - start ? diskLength : start + length;
    }
}
