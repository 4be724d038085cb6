package io.cairn.qmp.device;

/// What a reset of the machine comes to (QMP reference manual, "RebootAction").
public enum RebootAction {
    RESET,
    SHUTDOWN
}
