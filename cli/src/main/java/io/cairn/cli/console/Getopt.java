package io.cairn.cli.console;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Reads the options of a command line one after the other, in the ways of `getopt_long` (GNU C
/// library manual, "Parsing Long Options with getopt_long").
///
/// Short options may be bundled and carry their argument in the same word; long ones may be
/// abbreviated while that is unambiguous and take `=argument`; options may follow operands, which
/// are collected; `--` ends the options. A wrong option ends the reading in the moment it is met,
/// so that what stands before it has already taken effect.
public final class Getopt {
    /// Who words the complaint about a wrong option.
    public enum Wording {
        /// The library: `invalid option -- 'z'`.
        LIBRARY,
        /// The image tool, which words all cases alike: `unrecognized option '-z'`.
        IMAGE_TOOL
    }

    private final List<Flag> flags;
    private final Wording wording;
    private final boolean permutes;

    /// The words with the program in front, in the order into which reading has brought them.
    private final List<String> words;

    /// Index of the word that will be read next.
    private int next = 1;

    /// The operands passed over stand from `firstOperand` to before `lastOperand`.
    private int firstOperand = 1;

    private int lastOperand = 1;

    /// What is left of a bundle of short options; empty between words.
    private String bundle = "";

    private @Nullable String value;

    private Getopt(
            String program,
            List<String> arguments,
            List<Flag> flags,
            Wording wording,
            boolean permutes) {
        this.flags = List.copyOf(flags);
        this.wording = wording;
        this.permutes = permutes;
        words = new ArrayList<>(arguments.size() + 1);
        words.add(program);
        words.addAll(arguments);
    }

    /// Reads all options, wherever they stand.
    ///
    /// @param program what stands before the arguments: the program, or a command's name
    public static Getopt of(
            String program, List<String> arguments, List<Flag> flags, Wording wording) {
        return new Getopt(program, arguments, flags, wording, true);
    }

    /// Reads the options before the first operand.
    public static Getopt leading(
            String program, List<String> arguments, List<Flag> flags, Wording wording) {
        return new Getopt(program, arguments, flags, wording, false);
    }

    /// The next option's name, or null when there is none left.
    ///
    /// @throws ToolException if it is not an option of the command, or lacks its argument
    public @Nullable String next() throws ToolException {
        value = null;
        if (bundle.isEmpty() && !advance()) {
            return null;
        }
        Flag flag = bundle.isEmpty() ? longOption(words.get(next++).substring(2)) : shortOption();
        return flag.name();
    }

    /// Whether the option that {@link #next()} gave has an argument.
    public boolean hasValue() {
        return value != null;
    }

    /// The argument of the option that {@link #next()} gave.
    public String value() {
        if (value == null) {
            throw new IllegalStateException("the option has no argument");
        }
        return value;
    }

    /// What is no option, in order. Complete when {@link #next()} has returned null.
    public List<String> operands() {
        return List.copyOf(words.subList(next, words.size()));
    }

    /// Finds the next word with options. At the end, `next` is where the operands start.
    private boolean advance() {
        if (permutes) {
            gatherOperands();
            while (next < words.size() && isOperand(words.get(next))) {
                next++;
            }
            lastOperand = next;
        }
        if (next < words.size() && words.get(next).equals("--")) {
            next++;
            gatherOperands();
            lastOperand = words.size();
            next = words.size();
        }
        if (next >= words.size()) {
            if (firstOperand != lastOperand) {
                next = firstOperand;
            }
            return false;
        }
        String word = words.get(next);
        if (isOperand(word)) {
            return false;
        }
        if (!word.startsWith("--")) {
            bundle = word.substring(1);
        }
        return true;
    }

    /// Moves the options read since the last operand to before the operands.
    private void gatherOperands() {
        if (firstOperand != lastOperand && lastOperand != next) {
            Collections.rotate(words.subList(firstOperand, next), next - lastOperand);
            firstOperand += next - lastOperand;
        } else if (lastOperand != next) {
            firstOperand = next;
        }
        lastOperand = next;
    }

    private static boolean isOperand(String word) {
        return word.length() < 2 || word.charAt(0) != '-';
    }

    private Flag shortOption() throws ToolException {
        char letter = bundle.charAt(0);
        bundle = bundle.substring(1);
        if (bundle.isEmpty()) {
            next++;
        }
        Flag flag = letter == ':' ? null : withLetter(letter);
        if (flag == null) {
            throw unrecognized("invalid option -- '" + letter + "'");
        }
        if (flag.hasArgument()) {
            if (!bundle.isEmpty()) {
                value = bundle;
                bundle = "";
                next++;
            } else if (next < words.size()) {
                value = words.get(next++);
            } else {
                throw missingArgument("option requires an argument -- '" + letter + "'");
            }
        }
        return flag;
    }

    private Flag longOption(String text) throws ToolException {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        Flag flag = withName(name, text);
        if (equals >= 0) {
            if (!flag.hasArgument()) {
                throw unrecognized("option '--" + flag.name() + "' doesn't allow an argument");
            }
            value = text.substring(equals + 1);
        } else if (flag.hasArgument()) {
            if (next >= words.size()) {
                throw missingArgument("option '--" + flag.name() + "' requires an argument");
            }
            value = words.get(next++);
        }
        return flag;
    }

    private @Nullable Flag withLetter(char letter) {
        for (Flag flag : flags) {
            if (flag.letter() == letter) {
                return flag;
            }
        }
        return null;
    }

    /// The option of that long name, or the only one whose name starts so.
    private Flag withName(String name, String text) throws ToolException {
        List<Flag> candidates = new ArrayList<>();
        for (Flag flag : flags) {
            if (flag.isLong() && flag.name().startsWith(name)) {
                if (flag.name().length() == name.length()) {
                    return flag;
                }
                candidates.add(flag);
            }
        }
        if (candidates.isEmpty()) {
            throw unrecognized("unrecognized option '--" + name + "'");
        }
        if (candidates.size() > 1) {
            throw ambiguous(text, candidates);
        }
        return candidates.getFirst();
    }

    private ToolException ambiguous(String text, List<Flag> candidates) {
        StringBuilder message = new StringBuilder("option '--");
        message.append(text).append("' is ambiguous; possibilities:");
        for (Flag candidate : candidates) {
            message.append(" '--").append(candidate.name()).append('\'');
        }
        return unrecognized(message.toString());
    }

    private ToolException unrecognized(String libraryText) {
        return ToolException.usage(
                wording == Wording.LIBRARY
                        ? libraryText
                        : "unrecognized option '" + words.get(next - 1) + "'");
    }

    private ToolException missingArgument(String libraryText) {
        return ToolException.usage(
                wording == Wording.LIBRARY
                        ? libraryText
                        : "missing argument for option '" + words.get(next - 1) + "'");
    }
}
