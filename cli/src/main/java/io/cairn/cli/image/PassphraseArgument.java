package io.cairn.cli.image;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.os.HostPath;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.ToolException;

import java.io.Console;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The options that give the passphrase of encrypted images in one word: from a file, from an open
/// descriptor, or asked for on the terminal. They are additions of ours; the passphrase itself is
/// never an argument, which other users of the machine could see.
public final class PassphraseArgument {
    private static final String FILE = "passphrase-file";
    private static final String DESCRIPTOR = "passphrase-fd";
    private static final String PROMPT = "passphrase-prompt";

    /// The options.
    public static final List<Flag> FLAGS =
            List.of(
                    Flag.of(FILE)
                            .withArgument("FILE")
                            .withHelp("the line in the file is the passphrase")
                            .asAddition(),
                    Flag.of(DESCRIPTOR)
                            .withArgument("N")
                            .withHelp("the same from an open descriptor")
                            .asAddition(),
                    Flag.of(PROMPT).withHelp("ask for the passphrase").asAddition());

    private static final int MAX_LENGTH = 1 << 20;

    private PassphraseArgument() {}

    /// Whether this is one of the options.
    public static boolean isOption(String option) {
        return option.equals(FILE) || option.equals(DESCRIPTOR) || option.equals(PROMPT);
    }

    /// Takes one of the options.
    ///
    /// @param value the argument, empty for the one that has none
    static void accept(String option, String value, ObjectRegistry registry) throws ToolException {
        if (registry.passphrase().isPresent()) {
            throw ToolException.of("The passphrase is given more than once");
        }
        try {
            byte[] passphrase =
                    switch (option) {
                        case FILE -> line(value, "passphrase file '" + value + "'");
                        case DESCRIPTOR ->
                                line(
                                        "/dev/fd/" + descriptor(value),
                                        "passphrase from descriptor " + value);
                        case PROMPT -> ask();
                        default -> throw new IllegalArgumentException(option);
                    };
            registry.addPassphrase(passphrase);
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private static int descriptor(String text) throws ToolException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw ToolException.of("Invalid descriptor '" + text + "' of --" + DESCRIPTOR);
    }

    /// The content of a file without the end of its line.
    private static byte[] line(String path, String name) throws BlockException, ToolException {
        byte[] content;
        try {
            content = HostPath.readAll(path, MAX_LENGTH);
        } catch (BlockException e) {
            throw e.prefixed("Could not read the " + name);
        }
        try {
            int length = content.length;
            if (length > 0 && content[length - 1] == '\n') {
                length--;
            }
            for (int i = 0; i < length; i++) {
                if (content[i] == '\n') {
                    throw ToolException.of("The " + name + " has more than one line");
                }
            }
            if (length == 0) {
                throw ToolException.of("The " + name + " is empty");
            }
            return Arrays.copyOf(content, length);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static byte[] ask() throws ToolException {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw ToolException.of("There is no terminal to ask for the passphrase on");
        }
        char[] typed = console.readPassword("Passphrase: ");
        if (typed == null || typed.length == 0) {
            throw ToolException.of("No passphrase was given");
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed));
            byte[] passphrase = new byte[encoded.remaining()];
            encoded.get(passphrase);
            encoded.clear();
            while (encoded.hasRemaining()) {
                encoded.put((byte) 0);
            }
            return passphrase;
        } finally {
            Arrays.fill(typed, '\0');
        }
    }
}
