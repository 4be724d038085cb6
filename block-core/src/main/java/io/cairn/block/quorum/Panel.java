package io.cairn.block.quorum;

import io.cairn.block.BlockEvent;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;
import io.cairn.block.Node;
import io.cairn.block.spi.Background;
import io.cairn.block.spi.Child;

import org.jspecify.annotations.Nullable;

/// What all requests of a quorum share.
///
/// @param node the quorum
/// @param background counts children's requests that outlive the quorum's
/// @param events takes reports
/// @param turns the order of requests on each child
/// @param options how votes are taken
record Panel(
        Node node, Background background, EventSink events, Turns turns, QuorumOptions options) {
    private static final long SECTOR = 512;

    /// A child and the order of its requests.
    record Member(Child child, Turns.Lane lane) {}

    int threshold() {
        return (int) options.threshold();
    }

    /// Reports a child that failed, or with a null error one that returned wrong data.
    void reportBad(Member member, String operation, @Nullable Errno error, long start, long end) {
        long first = start / SECTOR;
        events.emit(
                new BlockEvent.QuorumReportBad(
                        member.child().node().name(),
                        operation,
                        error == null ? null : error.text(),
                        first,
                        sectorsUpTo(end) - first));
    }

    /// Reports that a vote failed.
    void reportFailure(long start, long end) {
        long first = start / SECTOR;
        events.emit(
                new BlockEvent.QuorumFailure(
                        node.name(), node.reference(), first, sectorsUpTo(end) - first));
    }

    /// Tells of a difference between children that are compared, if there is one.
    void reportMismatch(@Nullable String mismatch) {
        if (mismatch != null) {
            events.emit(new BlockEvent.ContentMismatch(node.name(), mismatch));
        }
    }

    private static long sectorsUpTo(long end) {
        return (end + SECTOR - 1) / SECTOR;
    }
}
