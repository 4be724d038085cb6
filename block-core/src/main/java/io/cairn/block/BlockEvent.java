package io.cairn.block;

import java.util.OptionalLong;

/// Something that happened in the block layer that a management client may want to hear of (QMP
/// reference manual, "Block devices").
public sealed interface BlockEvent {
    /// The node's name.
    String node();

    /// An image was found to be damaged; if fatal it is now read-only or unusable
    /// (`BLOCK_IMAGE_CORRUPTED`).
    ///
    /// @param offset where the bad access would have gone, in bytes of the image file
    /// @param size the access's length in bytes
    record ImageCorrupted(
            String node, String message, OptionalLong offset, OptionalLong size, boolean fatal)
            implements BlockEvent {}

    /// A write reached beyond the threshold that was set for the node (`BLOCK_WRITE_THRESHOLD`).
    record WriteThreshold(String node, long amountExceeded, long threshold) implements BlockEvent {}

    /// A child of a quorum failed or returned other data than the majority (`QUORUM_REPORT_BAD`).
    record QuorumReportBad(String node, String operation, String error, long offset, long length)
            implements BlockEvent {}

    /// A quorum had no majority (`QUORUM_FAILURE`).
    record QuorumFailure(String node, long offset, long length) implements BlockEvent {}

    /// A request has stopped at a breakpoint (`blkdebug`; for testers, not one of the manual's
    /// events).
    record RequestSuspended(String node, String tag) implements BlockEvent {}

    /// A request that had stopped at a breakpoint goes on.
    record RequestResumed(String node, String tag) implements BlockEvent {}
}
