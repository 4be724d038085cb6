package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Converts the values of options to their types, with the peer's words for each that is not of its
/// type.
final class OptionValues {
    private OptionValues() {}

    /// Checks a value given on the command line, where a choice is any text.
    static void check(Option option, JsonValue value) throws InvalidOptionException {
        switch (option.type()) {
            case STRING, CHOICE -> {}
            case BOOL -> bool(option.name(), value, Dialect.COMMAND_LINE);
            case NUMBER, UINT64, UINT32, UINT16, SIZE, PLAIN_SIZE ->
                    integer(option, option.name(), value, Dialect.COMMAND_LINE);
        }
    }

    /// The declared default as the dialect would give it, null if there is none.
    static @Nullable JsonValue defaultOf(Option option, Dialect dialect)
            throws InvalidOptionException {
        String text = option.defaultValue();
        if (text == null) {
            return null;
        }
        JsonValue value = JsonValue.of(text);
        return switch (option.type()) {
            case STRING, CHOICE -> value;
            case BOOL -> JsonValue.of(bool(option.name(), value, Dialect.COMMAND_LINE));
            case NUMBER, UINT64, UINT32, UINT16, SIZE, PLAIN_SIZE -> {
                long number = integer(option, option.name(), value, Dialect.COMMAND_LINE);
                yield dialect.isStrict() ? JsonValue.of(number) : value;
            }
        };
    }

    static String string(String label, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        if (dialect == Dialect.QMP && !(value instanceof JsonString)) {
            throw wrongType(label, OptionType.STRING.qmpName());
        }
        return value.asText();
    }

    static boolean bool(String label, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        if (value instanceof JsonBoolean bool) {
            return bool.value();
        }
        if (dialect == Dialect.QMP) {
            throw wrongType(label, OptionType.BOOL.qmpName());
        }
        return switch (value.asText()) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default -> throw expects(label, "'on' or 'off'");
        };
    }

    /// The value of an option of one of the integer types.
    static long integer(Option option, String label, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        return switch (dialect) {
            case COMMAND_LINE, NODE ->
                    option.type().isSize()
                            ? Sizes.parseOption(label, value.asText())
                            : number(label, value);
            case KEYVAL -> keyvalInteger(option.type(), label, value.asText());
            case QMP -> qmpInteger(option.type(), label, value);
        };
    }

    private static long number(String label, JsonValue value) throws InvalidOptionException {
        if (value instanceof JsonInteger integer) {
            return integer.bits();
        }
        String text = value.asText();
        IntegerText number = IntegerText.parse(text);
        if (number == null) {
            throw expects(label, "a number");
        }
        if (!number.fitsBits()) {
            throw new InvalidOptionException(
                    "Value '" + text + "' is too large for parameter '" + label + "'");
        }
        return number.bits();
    }

    private static long keyvalInteger(OptionType type, String label, String text)
            throws InvalidOptionException {
        if (type == OptionType.SIZE) {
            Long size = SizeParser.parseUnsigned(text);
            if (size == null) {
                throw expects(label, "size");
            }
            return size;
        }
        IntegerText number = IntegerText.parse(text);
        boolean signed = type == OptionType.NUMBER || type == OptionType.PLAIN_SIZE;
        if (number == null || !(signed ? number.fitsSigned() : number.fitsBits())) {
            throw expects(label, "integer");
        }
        return limited(type, label, number.bits());
    }

    private static long qmpInteger(OptionType type, String label, JsonValue value)
            throws InvalidOptionException {
        boolean signed = type == OptionType.NUMBER || type == OptionType.PLAIN_SIZE;
        if (!(value instanceof JsonInteger integer) || (signed && integer.unsigned())) {
            throw signed ? wrongType(label, type.qmpName()) : expects(label, "uint64");
        }
        return limited(type, label, integer.bits());
    }

    private static long limited(OptionType type, String label, long bits)
            throws InvalidOptionException {
        if (type.bits() < Long.SIZE && bits >>> type.bits() != 0) {
            throw expects(label, type.qmpName());
        }
        return bits;
    }

    /// The index of the choice that the value names.
    static int choice(Option option, String label, JsonValue value, Dialect dialect)
            throws InvalidOptionException {
        List<String> choices = option.choices();
        String text = string(label, value, dialect);
        String alias = dialect == Dialect.COMMAND_LINE ? option.aliases().get(text) : null;
        int index = choices.indexOf(alias == null ? text : alias);
        if (index >= 0) {
            return index;
        }
        if (dialect == Dialect.NODE) {
            throw new InvalidOptionException("invalid parameter value: " + text);
        }
        String shown = option.qmpName() == null ? option.name() : option.qmpName();
        throw new InvalidOptionException(
                "Parameter '" + shown + "' does not accept value '" + text + "'");
    }

    static InvalidOptionException wrongType(String label, String expected) {
        return new InvalidOptionException(
                "Invalid parameter type for '" + label + "', expected: " + expected);
    }

    private static InvalidOptionException expects(String label, String expected) {
        return new InvalidOptionException("Parameter '" + label + "' expects " + expected);
    }
}
