package io.cairn.cli.img;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.ImageArguments;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.PassphraseArgument;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What a command runs with: its options and operands, and the ways to print.
final class CommandLine {
    private static final Flag HELP = Flag.of('h', "help").withHelp("show this help");

    private final String name;
    private final Command command;
    private final Invocation invocation;
    private final Messages messages;
    private final Getopt options;
    private final List<String> trailing;
    private @Nullable String option;
    private @Nullable Images images;

    /// @param invocation of the tool
    /// @param arguments what follows the command's name
    CommandLine(
            String name,
            Command command,
            Invocation invocation,
            Messages messages,
            List<String> arguments)
            throws ToolException {
        int split = arguments.size() - command.trailingOperands();
        if (split < command.trailingOperands()) {
            throw ToolException.usage("Not enough arguments");
        }
        this.name = name;
        this.command = command;
        this.invocation = invocation;
        this.messages = messages;
        List<Flag> flags = flags(command, invocation);
        flags.add(HELP);
        options = Getopt.of(name, arguments.subList(0, split), flags, command.wording());
        trailing = arguments.subList(split, arguments.size());
    }

    /// The options that a command has under the name that was started, in the order of its help.
    static List<Flag> flags(Command command, Invocation invocation) {
        List<Flag> flags = new ArrayList<>(command.flags());
        if (invocation.standIn()) {
            flags.removeIf(Flag::isAddition);
        } else if (takesObjects(flags)) {
            flags.addAll(PassphraseArgument.FLAGS);
        }
        return flags;
    }

    private static boolean takesObjects(List<Flag> flags) {
        for (Flag flag : flags) {
            if (flag.name().equals(ImageArguments.OBJECT.name())) {
                return true;
            }
        }
        return false;
    }

    /// The next option, null behind the last; see {@link Getopt#next()}.
    ///
    /// @throws ToolException if it is wrong, or with status 0 after help was printed
    @Nullable String next() throws ToolException {
        String now = read();
        while (now != null && images != null && PassphraseArgument.isOption(now)) {
            images.addPassphrase(now, options.hasValue() ? options.value() : "");
            now = read();
        }
        return now;
    }

    private @Nullable String read() throws ToolException {
        try {
            option = options.next();
        } catch (ToolException e) {
            if (command.wording() == Getopt.Wording.LIBRARY) {
                messages.line(name.concat(": ").concat(e.getMessage()));
                ImgHelp.print(invocation, name, command);
                throw ToolException.silent(0);
            }
            throw e;
        }
        if ("help".equals(option)) {
            ImgHelp.print(invocation, name, command);
            throw ToolException.silent(0);
        }
        return option;
    }

    /// The argument of the option.
    String value() {
        return options.value();
    }

    /// Gives the option to those that are shared by the commands.
    void passTo(ImageArguments image) throws ToolException {
        String now = option;
        if (now != null) {
            image.accept(now, options.hasValue() ? options.value() : null);
        }
    }

    /// What is no option.
    List<String> operands() {
        List<String> operands = new ArrayList<>(options.operands());
        operands.addAll(trailing);
        return operands;
    }

    /// The only operand.
    String onlyFilename() throws ToolException {
        List<String> operands = operands();
        if (operands.size() != 1) {
            throw ToolException.usage("Expecting one image file name");
        }
        return operands.getFirst();
    }

    /// A graph for the images of this run, which gets the passphrase that the options give.
    Images images() {
        Images made = new Images(invocation, messages);
        images = made;
        return made;
    }

    Invocation invocation() {
        return invocation;
    }

    Messages messages() {
        return messages;
    }

    Stdout out() {
        return invocation.out();
    }
}
