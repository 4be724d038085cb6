package io.cairn.qmp.device;

/// What the machine's end comes to where nobody has asked for that of the program (QMP reference
/// manual, "ShutdownAction").
public enum ShutdownAction {
    POWEROFF,
    PAUSE
}
