package io.cairn.cli.io;

import io.cairn.block.option.Sizes;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The words behind a command's name: its options, operands and the numbers among them.
final class Arguments {
    private final String name;
    private final List<String> words;
    private final Messages messages;

    /// @param name the command's name as the user typed it
    Arguments(String name, List<String> words, Messages messages) {
        this.name = name;
        this.words = List.copyOf(words);
        this.messages = messages;
    }

    /// The words as they stand.
    List<String> words() {
        return words;
    }

    /// Reads the options among the words.
    ///
    /// @param letters the options' letters, each with a colon behind it if it takes an argument
    Reader options(String letters) {
        List<Flag> flags = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            if (letters.charAt(i) != ':') {
                boolean valued = i + 1 < letters.length() && letters.charAt(i + 1) == ':';
                Flag flag = Flag.of(letters.charAt(i));
                flags.add(valued ? flag.withArgument("value") : flag);
            }
        }
        return new Reader(Getopt.of(name, words, flags, Getopt.Wording.LIBRARY));
    }

    /// The number of bytes that a word gives.
    long number(String word) throws CommandException {
        return number(word, word);
    }

    /// The number of bytes that a word gives.
    ///
    /// @param shown the word that is shown if it gives none
    long number(String word, String shown) throws CommandException {
        String warning = Sizes.warning(word);
        if (warning != null) {
            messages.warning(warning);
        }
        long value = Sizes.parse(word);
        if (value == Sizes.INVALID) {
            throw CommandException.of(
                    "Parsing error: non-numeric argument, or extraneous/unrecognized suffix -- "
                            + shown);
        }
        if (value == Sizes.TOO_LARGE) {
            throw CommandException.of("Parsing error: argument too large -- " + shown);
        }
        return value;
    }

    /// The options one after the other.
    final class Reader {
        private final Getopt getopt;

        private Reader(Getopt getopt) {
            this.getopt = getopt;
        }

        /// The next option, null behind the last.
        @Nullable String next() throws CommandException {
            try {
                return getopt.next();
            } catch (ToolException e) {
                messages.line(name.concat(": ").concat(String.valueOf(e.getMessage())));
                throw CommandException.usage();
            }
        }

        /// The argument of the option.
        String value() {
            return getopt.value();
        }

        /// The number of bytes that the option's argument gives.
        long number() throws CommandException {
            return Arguments.this.number(value());
        }

        /// The byte that the option's argument gives.
        byte pattern() throws CommandException {
            return Pattern.parse(value());
        }

        /// What is no option.
        List<String> operands() {
            return getopt.operands();
        }
    }
}
