package io.cairn.block.spi;

import io.cairn.block.CancelledJobException;

/// How an image is checked.
///
/// @param fixLeaks give clusters back that nothing refers to
/// @param fixErrors repair what else can be repaired
/// @param messages takes a line for each finding, worded as the reference tool prints it
/// @param progress hears how far the check is, and may stop it
public record CheckRequest(
        boolean fixLeaks, boolean fixErrors, Messages messages, Progress progress) {
    /// A check whose progress nobody hears of.
    public CheckRequest(boolean fixLeaks, boolean fixErrors, Messages messages) {
        this(fixLeaks, fixErrors, messages, (current, total) -> {});
    }

    /// Takes lines for the user.
    @FunctionalInterface
    public interface Messages {
        void line(String text);
    }

    /// Hears of progress.
    @FunctionalInterface
    public interface Progress {
        /// Called now and then, by one thread at a time.
        ///
        /// @param current what is done, in a unit of the driver's
        /// @param total what there is to do
        /// @throws CancelledJobException to stop the check; nothing is repaired after it
        void advanced(long current, long total) throws CancelledJobException;
    }
}
