package io.cairn.block.spi;

/// How an image is checked.
///
/// @param fixLeaks give clusters back that nothing refers to
/// @param fixErrors repair what else can be repaired
/// @param messages takes a line for each finding, worded as the reference tool prints it
public record CheckRequest(boolean fixLeaks, boolean fixErrors, Messages messages) {
    /// Takes lines for the user.
    @FunctionalInterface
    public interface Messages {
        void line(String text);
    }
}
