package io.cairn.qmp.monitor;

import io.cairn.block.option.JsonObject;

/// How a monitor behaves.
///
/// @param name what its threads are called by
/// @param version the `VersionInfo` of the greeting
/// @param isPretty whether messages are spread over several lines
/// @param ending the end of all monitors
public record MonitorOptions(String name, JsonObject version, boolean isPretty, Ending ending) {
    /// The end of what the monitors serve. Clients hear of all that happens until it is complete;
    /// then the command that brought it about is answered.
    public interface Ending {
        /// Whether it has begun.
        boolean hasBegun();

        /// Waits until it is complete.
        void await();
    }
}
