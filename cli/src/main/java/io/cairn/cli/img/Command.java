package io.cairn.cli.img;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;

import java.io.IOException;
import java.util.List;

/// A command of the image tool.
interface Command {
    /// The options, in the order in which help lists them.
    List<Flag> flags();

    /// Who words the complaint about a wrong option.
    default Getopt.Wording wording() {
        return Getopt.Wording.IMAGE_TOOL;
    }

    /// How many of the last words are operands even if they look like options.
    default int trailingOperands() {
        return 0;
    }

    /// What follows the options, as help shows it: `filename [size]`.
    String operands();

    /// What the command does, in one line without a full stop.
    String summary();

    /// Runs the command and returns the exit status.
    ///
    /// @throws IOException with a message for the user, which ends the tool with status 1 unless it
    ///   is a {@link io.cairn.cli.console.ToolException} with another one
    int run(CommandLine line) throws IOException;
}
