package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.OptionList;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;
import io.cairn.job.image.CreationTarget;

import org.jspecify.annotations.Nullable;

/// What the command line says by `-o`, which may be given several times.
final class CreationOptions {
    /// `-o`.
    static final Flag FLAG =
            Flag.of('o').withArgument("options").withHelp("options of the format, or `help`");

    private String text = "";

    /// Takes one `-o`.
    void add(String value) throws ToolException {
        if (!isList(value)) {
            throw ToolException.of("Invalid option list: ".concat(value));
        }
        text = text.isEmpty() ? value : text.concat(",").concat(value);
    }

    /// Whether the text can be joined with others by commas: it neither starts with a comma nor
    /// ends with a single one.
    private static boolean isList(String value) {
        if (value.isEmpty() || value.charAt(0) == ',') {
            return false;
        }
        int end = value.length();
        while (value.charAt(end - 1) == ',') {
            end--;
        }
        return (value.length() - end) % 2 == 0;
    }

    /// All that was given, joined.
    String text() {
        return text;
    }

    /// Whether the options were asked for, not given.
    boolean asksForHelp() {
        return !text.isEmpty() && Keyval.parseOpts(text, null).help();
    }

    /// Prints the options that creating an image takes.
    ///
    /// @param filename the image, whose protocol may take further ones; null to tell of the
    ///   format's
    static void printHelp(BlockGraph graph, String format, @Nullable String filename, Stdout out)
            throws BlockException {
        if (filename == null) {
            OptionList options = CreationTarget.formatOptions(graph, format);
            out.print("Supported " + format + " options:\n");
            out.print(options.help());
            out.print(
                    "\nThe protocol level may support further options.\n"
                            + "Specify the target filename to include those options.\n");
            return;
        }
        OptionList options = CreationTarget.of(graph, format, filename).options();
        out.print("Supported options:\n");
        out.print(options.help());
    }
}
