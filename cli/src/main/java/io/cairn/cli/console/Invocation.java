package io.cairn.cli.console;

import java.io.PrintStream;
import java.util.List;

/// One start of a tool.
///
/// @param program the name that the user started, as messages show it: `qemu-img`, or `cairn img`
///   for the tool under our own name
/// @param standIn whether the tool was started under the name of the program whose place it takes,
///   so that its output is that program's to the letter
/// @param arguments what follows the name
/// @param out standard output; nothing else writes there
/// @param err standard error, unbuffered
public record Invocation(
        String program, boolean standIn, List<String> arguments, Stdout out, PrintStream err) {
    /// Copies the arguments.
    public Invocation {
        arguments = List.copyOf(arguments);
    }
}
