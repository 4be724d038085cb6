package io.cairn.qmp.monitor;

import io.cairn.block.option.JsonObject;

/// How a monitor behaves.
///
/// @param name what its threads are called by
/// @param version the `VersionInfo` of the greeting
/// @param isPretty whether messages are spread over several lines
/// @param life of what all monitors serve
public record MonitorOptions(String name, JsonObject version, boolean isPretty, Life life) {
    /// Start and end of what the monitors serve. Clients hear of all that happens until the end is
    /// complete; then the command that brought it about is answered.
    public interface Life {
        /// Waits until commands can be carried out. False if that never comes.
        boolean awaitStart();

        /// Whether the end has begun.
        boolean isEnding();

        /// Waits until the end is complete.
        void awaitEnd();
    }
}
