package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Asks a disk for its extents one after the other and joins neighbours that belong together. For
/// one thread at a time.
final class ExtentWalk {
    private final BlockBackend disk;
    private final long end;
    private final JobControl control;

    /// What may still grow, null behind the last.
    private @Nullable MapExtent current;

    ExtentWalk(BlockBackend disk, long start, long end, JobControl control) {
        this.disk = disk;
        this.end = end;
        this.control = control;
        this.current = new MapExtent(start, 0, 0, false, false, false, -1, null);
    }

    /// The next extents in ascending order, fewer than `most` at the end of the range only.
    List<MapExtent> next(int most) throws BlockException {
        List<MapExtent> extents = new ArrayList<>();
        while (current != null && extents.size() < most) {
            extents.add(complete(current));
        }
        return extents;
    }

    /// Makes an extent as long as it gets; what follows it is the current one then.
    private MapExtent complete(MapExtent first) throws BlockException {
        MapExtent extent = first;
        current = null;
        while (extent.end() < end && current == null) {
            control.checkpoint();
            MapExtent next = ask(extent.end());
            control.advance(next.length());
            if (extent.length() == 0) {
                extent = next;
            } else if (extent.continuesIn(next)) {
                extent = extent.longerBy(next.length());
            } else {
                current = next;
            }
        }
        return extent;
    }

    private MapExtent ask(long offset) throws BlockException {
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
