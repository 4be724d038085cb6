package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;

import java.nio.ByteBuffer;

/// A disk as it was at a point in time, kept by a driver while the disk goes on changing.
///
/// All calls block and may come from many threads at once. What the snapshot does not hold, or not
/// any more, is refused with `EACCES`.
public interface PointInTime {
    /// Reads `dst.remaining()` bytes as they were.
    void readSnapshot(long offset, ByteBuffer dst) throws BlockException;

    /// What the node that holds a range as it was knows of it, without the chain below that node:
    /// see {@link Mapping.Told}.
    BlockStatus snapshotStatus(long offset, long length) throws BlockException;

    /// Says that a range of the snapshot will not be read any more. Only whole clusters are let go.
    void discardSnapshot(long offset, long length) throws BlockException;
}
