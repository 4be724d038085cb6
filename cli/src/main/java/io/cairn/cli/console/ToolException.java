package io.cairn.cli.console;

import io.cairn.block.BlockException;

import java.io.IOException;
import java.util.Objects;

/// Ends a tool: the message for the user and the exit status.
public final class ToolException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final boolean suggestsHelp;

    private ToolException(String message, int status, boolean suggestsHelp) {
        super(message);
        this.status = status;
        this.suggestsHelp = suggestsHelp;
    }

    /// A failure with exit status 1.
    public static ToolException of(String message) {
        return new ToolException(message, 1, false);
    }

    /// A failure with an exit status.
    public static ToolException of(String message, int status) {
        return new ToolException(message, status, false);
    }

    /// The message, which may be empty.
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /// A failure of the block layer with exit status 1; its further lines follow the message.
    public static ToolException of(String message, BlockException cause) {
        ToolException failure = new ToolException(message + ": " + cause.getMessage(), 1, false);
        failure.initCause(cause);
        return failure;
    }

    /// A failure of the block layer with exit status 1, in its own words.
    public static ToolException of(BlockException cause) {
        ToolException failure = new ToolException(cause.getMessage(), 1, false);
        failure.initCause(cause);
        return failure;
    }

    /// A wrong command line: the message is followed by the advice to look at the help.
    public static ToolException usage(String message) {
        return new ToolException(message, 1, true);
    }

    /// The end of the tool without a message, because everything was said already.
    public static ToolException silent(int status) {
        return new ToolException("", status, false);
    }

    /// The same failure with another exit status.
    public ToolException withStatus(int other) {
        ToolException failure = new ToolException(getMessage(), other, suggestsHelp);
        failure.initCause(getCause());
        return failure;
    }

    /// The exit status of the process.
    public int status() {
        return status;
    }

    /// Whether the advice to look at the help follows the message.
    public boolean suggestsHelp() {
        return suggestsHelp;
    }
}
