package io.cairn.job.convert;

/// Hears of what a salvaging conversion could not read; many threads may call.
@FunctionalInterface
public interface Warnings {
    /// @param text one line for the user
    void warn(String text);
}
