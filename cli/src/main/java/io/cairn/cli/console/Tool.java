package io.cairn.cli.console;

import java.io.IOException;

/// A tool of the command line, such as `img`.
@FunctionalInterface
public interface Tool {
    /// Runs the tool to its end and returns the exit status of the process.
    ///
    /// What is wrong with the user's request is printed here, in the words of the program whose
    /// place the tool takes; an exception that leaves this method is shown as one line and ends the
    /// process with status 1.
    int run(Invocation invocation) throws IOException;
}
