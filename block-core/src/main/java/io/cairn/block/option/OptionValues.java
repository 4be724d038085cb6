package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import java.util.List;

/// Converts the values of options to their types, with the peer's words for each that is not of its
/// type.
final class OptionValues {
    private OptionValues() {}

    /// Checks the value of an option given on the command line, where a choice is any text.
    static void check(Option option, Options given) throws InvalidOptionException {
        JsonValue value = given.get(option.name());
        if (value == null) {
            return;
        }
        switch (option.type()) {
            case BOOL -> bool(option.name(), value, Dialect.COMMAND_LINE);
            case NUMBER -> number(option.name(), value, Dialect.COMMAND_LINE);
            case SIZE -> size(option.name(), value, Dialect.COMMAND_LINE);
            case STRING, CHOICE -> {}
        }
    }

    static String string(String name, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        if (dialect == Dialect.QMP && !(value instanceof JsonString)) {
            throw wrongType(name, "string");
        }
        return value.asText();
    }

    static boolean bool(String name, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        if (value instanceof JsonBoolean bool) {
            return bool.value();
        }
        if (dialect == Dialect.QMP) {
            throw wrongType(name, "boolean");
        }
        return switch (value.asText()) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '" + name + "' expects 'on' or 'off'");
        };
    }

    static long number(String name, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        if (value instanceof JsonInteger integer) {
            return integer.bits();
        }
        if (dialect == Dialect.QMP) {
            throw wrongType(name, "integer");
        }
        try {
            return Long.parseLong(value.asText());
        } catch (NumberFormatException e) {
            throw new InvalidOptionException("Parameter '" + name + "' expects a number");
        }
    }

    static long size(String name, JsonValue value, Dialect dialect) throws InvalidOptionException {
        if (dialect == Dialect.QMP) {
            if (value instanceof JsonInteger integer && integer.isNonNegative()) {
                return integer.bits();
            }
            throw wrongType(name, "integer");
        }
        return Sizes.parseOption(name, value.asText());
    }

    /// The index of the choice that the value names.
    static int choice(Option option, String name, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        List<String> choices = option.choices();
        String text = string(name, value, dialect);
        for (int i = 0; i < choices.size(); i++) {
            if (choices.get(i).equals(text)) {
                return i;
            }
        }
        String shown = option.qmpName() == null ? name : option.qmpName();
        throw new InvalidOptionException(
                "Parameter '" + shown + "' does not accept value '" + text + "'");
    }

    private static InvalidOptionException wrongType(String name, String expected) {
        return new InvalidOptionException(
                "Invalid parameter type for '" + name + "', expected: " + expected);
    }
}
