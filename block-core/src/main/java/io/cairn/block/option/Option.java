package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The declaration of one option: its names, its type, its default and its help text.
///
/// @param name the name on the command line, `cluster_size`
/// @param qmpName the name in QMP and in a node's options, `cluster-size`; null for one that only
///   the command line knows
/// @param type what values are
/// @param defaultValue the value taken when none is given, in the command line's spelling; null if
///   absence means something of its own
/// @param help one line without a full stop; null hides the option's text from help
/// @param choices the names that a {@link OptionType#CHOICE} accepts, in the order of its enum;
///   empty for other types
public record Option(
        String name,
        @Nullable String qmpName,
        OptionType type,
        @Nullable String defaultValue,
        @Nullable String help,
        List<String> choices) {
    public Option {
        choices = List.copyOf(choices);
        if ((type == OptionType.CHOICE) == choices.isEmpty()) {
            throw new IllegalArgumentException(name);
        }
    }

    /// An option with the same name everywhere, but for `-` in QMP where the command line has `_`.
    public static Option of(String name, OptionType type, String help) {
        return new Option(name, name.replace('_', '-'), type, null, help, List.of());
    }

    public static Option string(String name, String help) {
        return of(name, OptionType.STRING, help);
    }

    public static Option bool(String name, String help) {
        return of(name, OptionType.BOOL, help);
    }

    public static Option number(String name, String help) {
        return of(name, OptionType.NUMBER, help);
    }

    public static Option size(String name, String help) {
        return of(name, OptionType.SIZE, help);
    }

    /// An option that takes one of the names.
    public static Option choice(String name, String help, String... choices) {
        return new Option(
                name, name.replace('_', '-'), OptionType.CHOICE, null, help, List.of(choices));
    }

    /// This option with a default.
    public Option withDefault(String value) {
        return new Option(name, qmpName, type, value, help, choices);
    }

    /// This option under another name in QMP.
    public Option asQmp(String newName) {
        return new Option(name, newName, type, defaultValue, help, choices);
    }

    /// This option known to the command line only.
    public Option commandLineOnly() {
        return new Option(name, null, type, defaultValue, help, choices);
    }
}
