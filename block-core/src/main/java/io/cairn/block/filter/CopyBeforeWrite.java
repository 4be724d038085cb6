package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.spi.PointInTime;

import org.jspecify.annotations.Nullable;

/// An open `copy-before-write` node as a backup sees it, which copies the rest of the point in
/// time.
///
/// Thread-safe. Offsets and lengths are bytes of the disk.
public interface CopyBeforeWrite extends PointInTime {
    /// A copy that failed.
    ///
    /// @param isRead the disk could not be read; else the target could not be written
    record CopyFailure(boolean isRead, BlockException error) {}

    /// Bytes that are copied together.
    long clusterSize();

    /// The first byte at or after an offset that must still be copied, or -1.
    long nextMissing(long offset);

    /// The bytes of the point in time that are not in the target yet, those that are being copied
    /// included.
    long uncopied();

    /// Bytes of the clusters that nobody has begun to copy yet.
    long missing();

    /// Bytes of the clusters that a reader of the point in time may ask for. As with the peer, a
    /// backup tells of all, though one by a bitmap keeps what that names.
    long readable();

    /// Bytes of the clusters that guests have written to.
    long overwritten();

    /// Returns once no cluster that a range touches need be copied any more, or one failed; the
    /// clusters of a copy that failed are still to be copied.
    @Nullable CopyFailure copy(long offset, long length);

    /// Lets go the whole clusters of a range, which are then not copied.
    void forget(long offset, long length);

    /// Makes the present the point in time: everything is to be copied before it is overwritten.
    /// Called while neither the disk nor the point in time is read or written.
    void restart();

    /// Has the target store compressed what is copied from now on.
    void compress();

    /// Has guests' writes do their copying inside a scope. Once that is cancelled, nothing is
    /// copied for them any more, and they do not fail for that.
    void copyInside(CancelScope scope);

    /// Makes all that is copied stable.
    void flushTarget() throws BlockException;
}
