package io.cairn.qmp.monitor;

import io.cairn.block.option.JsonObject;

/// How a monitor behaves.
///
/// @param name what its threads are called by
/// @param version the `VersionInfo` of the greeting
/// @param isPretty whether messages are spread over several lines
public record MonitorOptions(String name, JsonObject version, boolean isPretty) {}
