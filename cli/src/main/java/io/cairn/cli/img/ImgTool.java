package io.cairn.cli.img;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.console.Tracing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/// `cairn img`, in place of qemu-img: creates, inspects and changes images.
public final class ImgTool implements Tool {
    private static final List<Flag> FLAGS =
            List.of(
                    Flag.of('h', "help"),
                    Flag.of('V', "version"),
                    Flag.of('T', "trace").withArgument("pattern"));

    /// The names of the commands, in the order in which help lists them.
    static final List<String> COMMANDS =
            List.of(
                    "amend", "bench", "check", "commit", "compare", "convert", "create", "dd",
                    "info", "map", "measure", "rebase", "resize");

    @Override
    public int run(Invocation invocation) {
        Messages messages = new Messages(invocation);
        try {
            return run(invocation, messages);
        } catch (IOException e) {
            return messages.report(e);
        }
    }

    private static int run(Invocation invocation, Messages messages) throws IOException {
        Getopt options =
                Getopt.leading(
                        invocation.program(),
                        invocation.arguments(),
                        FLAGS,
                        Getopt.Wording.IMAGE_TOOL);
        for (String option = options.next(); option != null; option = options.next()) {
            switch (option) {
                case "help" -> {
                    ImgHelp.print(invocation);
                    return 0;
                }
                case "version" -> {
                    ImgHelp.printVersion(invocation);
                    return 0;
                }
                default -> Tracing.accept(options.value(), messages);
            }
        }
        List<String> words = options.operands();
        if (words.isEmpty()) {
            throw ToolException.usage("Not enough arguments");
        }
        String name = words.getFirst();
        Command command = command(name);
        if (command == null) {
            throw ToolException.usage("Command not found: ".concat(name));
        }
        return command.run(
                new CommandLine(
                        name, command, invocation, messages, words.subList(1, words.size())));
    }

    /// The command of that name, loaded only now.
    static @Nullable Command command(String name) {
        return switch (name) {
            case "amend" -> new AmendCommand();
            case "bench" -> new BenchCommand();
            case "check" -> new CheckCommand();
            case "commit" -> new CommitCommand();
            case "compare" -> new CompareCommand();
            case "convert" -> new ConvertCommand();
            case "create" -> new CreateCommand();
            case "dd" -> new DdCommand();
            case "info" -> new InfoCommand();
            case "map" -> new MapCommand();
            case "measure" -> new MeasureCommand();
            case "rebase" -> new RebaseCommand();
            case "resize" -> new ResizeCommand();
            default -> null;
        };
    }
}
