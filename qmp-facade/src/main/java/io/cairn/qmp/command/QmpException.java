package io.cairn.qmp.command;

import java.util.Objects;

/// A failure of a command with the class of its error. A failure of the block layer needs none: it
/// is a generic error.
public final class QmpException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorClass errorClass;

    public QmpException(ErrorClass errorClass, String message) {
        super(message);
        this.errorClass = errorClass;
    }

    /// A generic error.
    public static QmpException generic(String message) {
        return new QmpException(ErrorClass.GENERIC, message);
    }

    public ErrorClass errorClass() {
        return errorClass;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
