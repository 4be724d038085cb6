package io.cairn.cli.img;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

/// The form of a command's output.
enum OutputFormat {
    HUMAN,
    JSON;

    /// `--output`.
    static final Flag FLAG =
            Flag.of("output")
                    .withArgument("ofmt")
                    .withHelp("the form of the output: human or json");

    /// The form of a name; without one, human.
    static OutputFormat parse(@Nullable String name) throws ToolException {
        if (name == null || name.equals("human")) {
            return HUMAN;
        }
        if (name.equals("json")) {
            return JSON;
        }
        throw ToolException.of("--output must be used with human or json as argument.");
    }
}
