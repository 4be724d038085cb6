package io.cairn.block;

/// Takes what the user of a tool is warned of: things that work but are unwise. Must not block.
@FunctionalInterface
public interface WarningSink {
    /// Drops every warning.
    WarningSink NONE = message -> {};

    /// Takes one warning: one or more lines, worded as the reference tools print them, without a
    /// line end behind the last.
    void warn(String message);
}
