package io.cairn.cli.console;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Objects;

/// What a tool says on standard error, each message with the program's name in front.
public final class Messages {
    private final Invocation invocation;

    /// Messages of the program that was started.
    public Messages(Invocation invocation) {
        this.invocation = invocation;
    }

    /// Prints an error.
    public void error(String text) {
        print("", text);
    }

    /// Prints a warning.
    public void warning(String text) {
        print("warning: ", text);
    }

    /// Prints a line as it is.
    public void line(String text) {
        PrintStream err = invocation.err();
        err.print(text.concat("\n"));
    }

    /// Prints what ended the tool and returns the exit status.
    public int report(IOException failure) {
        if (failure instanceof ToolException end) {
            if (!end.getMessage().isEmpty()) {
                error(end.getMessage());
                printFurther(end);
            }
            return end.status();
        }
        error(Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        printFurther(failure);
        return 1;
    }

    /// Prints what could not be written when an image was closed, each part on its own line.
    public void unwritten(BlockException failure) {
        report(failure);
        for (Throwable further : failure.getSuppressed()) {
            if (further instanceof BlockException part) {
                report(part);
            }
        }
    }

    /// Prints the hint of a failure and, under our own name, what we know beyond it.
    public void further(BlockException failure) {
        failure.hint().ifPresent(this::line);
        if (!invocation.standIn()) {
            failure.detail().ifPresent(this::line);
        }
    }

    private void printFurther(Throwable failure) {
        if (failure instanceof ToolException end && end.suggestsHelp()) {
            line("Try '".concat(invocation.program()).concat(" --help' for more information"));
        }
        BlockException cause = nearest(failure);
        if (cause != null) {
            further(cause);
        }
    }

    private static @Nullable BlockException nearest(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof BlockException found) {
                return found;
            }
        }
        return null;
    }

    private void print(String kind, String text) {
        line(invocation.program().concat(": ").concat(kind).concat(text));
    }
}
