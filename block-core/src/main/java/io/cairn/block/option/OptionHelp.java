package io.cairn.block.option;

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

    static String describe(List<Option> options, Options given) {
        StringBuilder out = new StringBuilder();
        for (Option option : options) {
            JsonValue value = given.get(option.name());
            String text = value == null ? option.defaultValue() : value.asText();
            if (text != null) {
                out.append(out.isEmpty() ? "" : " ").append(option.name());
                out.append('=').append(text);
            }
        }
        return out.toString();
    }
}
