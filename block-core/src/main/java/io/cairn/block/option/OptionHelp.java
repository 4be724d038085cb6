package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The texts that are made from declarations: help, and the line that `create` prints.
final class OptionHelp {
    private static final int HELP_COLUMN = 24;

    private OptionHelp() {}

    static String lines(List<Option> options) {
        List<Option> sorted = new ArrayList<>(options);
        sorted.sort(Comparator.comparing(Option::name));
        StringBuilder out = new StringBuilder();
        for (Option option : sorted) {
            int start = out.length();
            out.append("  ").append(option.name());
            out.append("=<").append(option.type().placeholder()).append('>');
            if (option.help() != null) {
                while (out.length() - start < HELP_COLUMN) {
                    out.append(' ');
                }
                out.append(" - ").append(option.help());
            }
            out.append('\n');
        }
        return out.toString();
    }

    static String describe(List<Option> options, Options given) throws InvalidOptionException {
        StringBuilder out = new StringBuilder();
        for (Option option : options) {
            JsonValue value = given.get(option.name());
            if (value == null && option.defaultValue() != null) {
                value = JsonValue.of(option.defaultValue());
            }
            if (value != null) {
                out.append(out.isEmpty() ? "" : " ").append(option.name());
                out.append('=').append(shown(option, value));
            }
        }
        return out.toString();
    }

    /// A number in decimal, a text as it was given but with its commas doubled.
    private static String shown(Option option, JsonValue value) throws InvalidOptionException {
        return switch (option.type()) {
            case STRING, CHOICE, BOOL -> value.asText().replace(",", ",,");
            case NUMBER, UINT64, UINT32, UINT16, SIZE, PLAIN_SIZE ->
                    Long.toString(
                            OptionValues.integer(
                                    option, option.name(), value, Dialect.COMMAND_LINE));
        };
    }
}
