package io.cairn.cli.image;

import io.cairn.block.BlockEvent;
import io.cairn.cli.console.Messages;

/// Tells the user that an image in use was found to be damaged.
public final class CorruptionReport {
    private CorruptionReport() {}

    /// Prints what was found, worded as the peer prints it.
    public static void print(BlockEvent.ImageCorrupted event, Messages messages) {
        messages.line(
                event.fatal()
                        ? "qcow2: Marking image as corrupt: "
                                + event.message()
                                + "; further corruption events will be suppressed"
                        : "qcow2: Image is corrupt: "
                                + event.message()
                                + "; further non-fatal corruption events will be suppressed");
    }
}
