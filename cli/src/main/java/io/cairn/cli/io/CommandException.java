package io.cairn.cli.io;

/// Ends a command without success.
///
/// The message, if there is one, is a line for standard output: that is where the reference tool
/// says most of what is wrong.
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isUsage;

    private CommandException(String message, boolean isUsage) {
        super(message, null, false, false);
        this.isUsage = isUsage;
    }

    /// A failure with a line that says why.
    static CommandException of(String message) {
        return new CommandException(message, false);
    }

    /// A failure of which all was said already.
    static CommandException silent() {
        return new CommandException("", false);
    }

    /// A wrong use of the command: its synopsis is shown.
    static CommandException usage() {
        return new CommandException("", true);
    }

    /// Whether the synopsis of the command is the message.
    boolean isUsage() {
        return isUsage;
    }

    /// The line for standard output, empty if there is none.
    String line() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
