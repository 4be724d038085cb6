package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The declaration of one option: its names, its type, its default and its help text.
///
/// @param name the name on the command line, `cluster_size`
/// @param qmpName the name in QMP and in a node's options, `cluster-size`; null for one that only
///   the command line knows
/// @param type what values are
/// @param required whether `--blockdev` and QMP refuse its absence
/// @param defaultValue the value taken when none is given, in the command line's spelling; null if
///   absence means something of its own
/// @param help one line without a full stop; null if help lists the name alone
/// @param choices the names that a {@link OptionType#CHOICE} accepts, in the order of its enum;
///   empty for other types
/// @param aliases further names that the command line takes for choices, `0.10` for `v2`
public record Option(
        String name,
        @Nullable String qmpName,
        OptionType type,
        boolean required,
        @Nullable String defaultValue,
        @Nullable String help,
        List<String> choices,
        Map<String, String> aliases) {
    public Option {
        choices = List.copyOf(choices);
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        if ((type == OptionType.CHOICE) == choices.isEmpty()) {
            throw new IllegalArgumentException(name);
        }
    }

    /// An option with the same name everywhere, but for `-` in QMP where the command line has `_`.
    public static Option of(String name, OptionType type, String help) {
        String qmpName = name.replace('_', '-');
        return new Option(name, qmpName, type, false, null, help, List.of(), Map.of());
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
        String qmpName = name.replace('_', '-');
        List<String> names = List.of(choices);
        return new Option(name, qmpName, OptionType.CHOICE, false, null, help, names, Map.of());
    }

    /// This option with a default.
    public Option withDefault(String value) {
        return new Option(name, qmpName, type, required, value, help, choices, aliases);
    }

    /// This option under another name in QMP.
    public Option asQmp(String newName) {
        return new Option(name, newName, type, required, defaultValue, help, choices, aliases);
    }

    /// This option known to the command line only.
    public Option commandLineOnly() {
        return new Option(name, null, type, required, defaultValue, help, choices, aliases);
    }

    /// This option, which must be given.
    public Option mandatory() {
        return new Option(name, qmpName, type, true, defaultValue, help, choices, aliases);
    }

    /// This option with a further command-line name for one of its choices.
    public Option withAlias(String alias, String choice) {
        Map<String, String> more = new LinkedHashMap<>(aliases);
        more.put(alias, choice);
        return new Option(name, qmpName, type, required, defaultValue, help, choices, more);
    }

    /// The key under which the dialect knows this option, null if it does not.
    @Nullable String key(Dialect dialect) {
        return dialect == Dialect.COMMAND_LINE ? name : qmpName;
    }
}
