package io.cairn.cli.io;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.console.Tracing;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.PassphraseArgument;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `cairn io`, in place of qemu-io: opens an image and carries out commands on it, from the command
/// line or from standard input.
public final class IoTool implements Tool {
    private static final List<Flag> FLAGS =
            List.of(
                    Flag.of('h', "help"),
                    Flag.of('V', "version"),
                    Flag.of('c', "cmd").withArgument("STRING"),
                    Flag.of('f', "format").withArgument("FMT"),
                    Flag.of('r', "read-only"),
                    Flag.of('s', "snapshot"),
                    Flag.of('n', "nocache"),
                    Flag.of('C', "copy-on-read"),
                    Flag.of('m', "misalign"),
                    Flag.of('k', "native-aio"),
                    Flag.of('i', "aio").withArgument("MODE"),
                    Flag.of('t', "cache").withArgument("MODE"),
                    Flag.of('d', "discard").withArgument("MODE"),
                    Flag.of('T', "trace").withArgument("PATTERN"),
                    Flag.of("object").withArgument("OBJECTDEF"),
                    Flag.of("image-opts"),
                    Flag.of('U', "force-share"));

    /// The options under the name that was started.
    private static List<Flag> flags(Invocation invocation) {
        if (invocation.standIn()) {
            return FLAGS;
        }
        List<Flag> flags = new ArrayList<>(FLAGS);
        flags.addAll(PassphraseArgument.FLAGS);
        return flags;
    }

    @Override
    public int run(Invocation invocation) {
        Messages messages = new Messages(invocation);
        try (Images images = new Images(invocation, messages)) {
            return run(invocation, messages, images);
        } catch (IOException e) {
            return messages.report(e);
        }
    }

    private static int run(Invocation invocation, Messages messages, Images images)
            throws IOException {
        var line = new CommandLine(invocation, messages, images);
        Getopt options =
                Getopt.of(
                        invocation.program(),
                        invocation.arguments(),
                        flags(invocation),
                        Getopt.Wording.LIBRARY);
        try {
            for (String option = options.next(); option != null; option = options.next()) {
                line.accept(option, options);
            }
        } catch (ToolException e) {
            if (!e.suggestsHelp()) {
                throw e;
            }
            messages.error(e.getMessage());
            IoHelp.printUsage(invocation);
            return 1;
        }
        List<String> operands = options.operands();
        if (operands.size() > 1) {
            IoHelp.printUsage(invocation);
            return 1;
        }
        return line.run(operands);
    }

    /// What the options of the command line ask for.
    private static final class CommandLine {
        private final Invocation invocation;
        private final Messages messages;
        private final Images images;
        private final OpenArguments image;
        private final List<String> commands = new ArrayList<>();
        private boolean isOptions;
        private boolean isFormat;

        CommandLine(Invocation invocation, Messages messages, Images images) {
            this.invocation = invocation;
            this.messages = messages;
            this.images = images;
            image = new OpenArguments(messages);
        }

        void accept(String option, Getopt options) throws IOException {
            switch (option) {
                case "help" -> {
                    IoHelp.printUsage(invocation);
                    throw ToolException.silent(0);
                }
                case "version" -> {
                    IoHelp.printVersion(invocation);
                    throw ToolException.silent(0);
                }
                case "cmd" -> commands.add(options.value());
                case "format" -> {
                    isFormat = true;
                    image.setFormat(options.value());
                }
                case "read-only" -> image.setReadOnly();
                case "snapshot" -> image.setSnapshot();
                case "nocache" -> image.setCache("none");
                case "copy-on-read" -> image.setCopyOnRead();
                case "misalign" -> {}
                case "native-aio" -> image.setAio("native");
                case "aio" -> image.setAio(options.value());
                case "cache" -> image.setCache(options.value());
                case "discard" -> image.setDiscard(options.value());
                case "trace" -> Tracing.accept(options.value(), messages);
                case "object" -> images.addObject(options.value());
                case "image-opts" -> isOptions = true;
                case "force-share" -> image.setForceShare();
                default -> images.addPassphrase(option, options.hasValue() ? options.value() : "");
            }
        }

        /// Opens the image, if one is named, and carries out the commands.
        int run(List<String> operands) throws ToolException {
            if (isOptions && isFormat) {
                throw ToolException.of("--image-opts and -f are mutually exclusive");
            }
            try (Session session = new Session(invocation, messages, images, isOptions)) {
                if (!operands.isEmpty() && !open(session, operands.getFirst())) {
                    return 1;
                }
                boolean isGood =
                        commands.isEmpty()
                                ? new Console(session).run()
                                : execute(session, commands);
                return isGood ? 0 : 1;
            }
        }

        private boolean open(Session session, String name) {
            if (!isOptions) {
                return session.open(name, image);
            }
            image.addOptions(name);
            return session.open(null, image);
        }

        private static boolean execute(Session session, List<String> commands) {
            boolean isGood = true;
            for (String command : commands) {
                isGood &= session.execute(command);
                if (session.isOver()) {
                    break;
                }
            }
            return isGood;
        }
    }
}
