package io.cairn.qmp.command;

/// The classes of errors (QMP reference manual, "QapiErrorClass").
public enum ErrorClass {
    GENERIC("GenericError"),
    COMMAND_NOT_FOUND("CommandNotFound"),
    DEVICE_NOT_ACTIVE("DeviceNotActive"),
    DEVICE_NOT_FOUND("DeviceNotFound"),
    KVM_MISSING_CAP("KVMMissingCap");

    private final String text;

    ErrorClass(String text) {
        this.text = text;
    }

    /// The name on the wire.
    public String text() {
        return text;
    }
}
