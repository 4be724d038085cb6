package io.cairn.block;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/// Something that happened in the block layer that a management client may want to hear of (QMP
/// reference manual, "Block devices").
public sealed interface BlockEvent permits BlockEvent.NodeEvent, JobEvent {
    /// Something that happened to a node.
    sealed interface NodeEvent extends BlockEvent {
        /// The node's name.
        String node();
    }

    /// An image was found to be damaged; if fatal it is now read-only or unusable
    /// (`BLOCK_IMAGE_CORRUPTED`).
    ///
    /// @param offset where the bad access would have gone, in bytes of the image file
    /// @param size the access's length in bytes
    record ImageCorrupted(
            String node, String message, OptionalLong offset, OptionalLong size, boolean fatal)
            implements NodeEvent {}

    /// A write reached beyond the threshold that was set for the node (`BLOCK_WRITE_THRESHOLD`).
    record WriteThreshold(String node, long amountExceeded, long threshold) implements NodeEvent {}

    /// A child of a quorum failed or returned other data than those that won the vote
    /// (`QUORUM_REPORT_BAD`).
    ///
    /// @param node the child's node
    /// @param operation `read`, `write` or `flush`
    /// @param error what the child failed with; null if it returned wrong data
    /// @param sectorNumber the first sector of 512 bytes that the request touches
    /// @param sectorCount the sectors that it touches
    record QuorumReportBad(
            String node,
            String operation,
            @Nullable String error,
            long sectorNumber,
            long sectorCount)
            implements NodeEvent {}

    /// A quorum's vote on a read or a write failed (`QUORUM_FAILURE`).
    ///
    /// @param node the quorum
    /// @param reference the name of the backend that uses it, or else the node's
    record QuorumFailure(String node, String reference, long sectorNumber, long sectorCount)
            implements NodeEvent {}

    /// What a node that compares has found: two children that differ (`blkverify`, for testers; not
    /// one of the manual's events). The request fails as well.
    record ContentMismatch(String node, String message) implements NodeEvent {}

    /// A request has stopped at a breakpoint (`blkdebug`; for testers, not one of the manual's
    /// events).
    record RequestSuspended(String node, String tag) implements NodeEvent {}

    /// A request that had stopped at a breakpoint goes on.
    record RequestResumed(String node, String tag) implements NodeEvent {}
}
