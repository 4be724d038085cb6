package io.cairn.cli.image;

import io.cairn.block.BlockEvent;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Stdout;

/// Ends the process where a node that compares has found a difference, as the peer does: at once,
/// and with nothing written back.
public final class Verification {
    private Verification() {}

    /// Says what differs, and ends.
    public static void fail(BlockEvent.ContentMismatch event, Messages messages, Stdout out) {
        messages.line(event.message());
        out.flush();
        Runtime.getRuntime().halt(1);
    }
}
