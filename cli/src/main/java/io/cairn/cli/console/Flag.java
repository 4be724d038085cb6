package io.cairn.cli.console;

import org.jspecify.annotations.Nullable;

/// The declaration of one option of a command: its names, its argument and what help says of it.
///
/// @param name the long name without dashes, or the letter as text where there is none; the
///   option's key
/// @param letter the short name, or 0
/// @param argument what help calls the argument; null if there is none
/// @param help one line without a full stop; null for an option that the usage line explains
/// @param isAddition an option of ours that the program whose place we take does not have; it is
///   there under our own name only
public record Flag(
        String name,
        char letter,
        @Nullable String argument,
        @Nullable String help,
        boolean isAddition) {
    /// `--name`.
    public static Flag of(String name) {
        return new Flag(name, '\0', null, null, false);
    }

    /// `-l` and `--name`.
    public static Flag of(char letter, String name) {
        return new Flag(name, letter, null, null, false);
    }

    /// `-l` alone.
    public static Flag of(char letter) {
        return new Flag(String.valueOf(letter), letter, null, null, false);
    }

    /// This option with an argument.
    public Flag withArgument(String placeholder) {
        return new Flag(name, letter, placeholder, help, isAddition);
    }

    /// This option with a line of help.
    public Flag withHelp(String line) {
        return new Flag(name, letter, argument, line, isAddition);
    }

    /// This option as an addition of ours.
    public Flag asAddition() {
        return new Flag(name, letter, argument, help, true);
    }

    /// Whether the option takes an argument.
    public boolean hasArgument() {
        return argument != null;
    }

    /// Whether the option has a long form.
    public boolean isLong() {
        return letter == 0 || name.length() > 1;
    }
}
