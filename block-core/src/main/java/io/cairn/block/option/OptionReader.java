package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

/// Takes the values of declared options out of a set, by type. The names given to it are the
/// declared command-line names.
public final class OptionReader {
    private final OptionList list;
    private final Options options;
    private final Dialect dialect;

    OptionReader(OptionList list, Options options, Dialect dialect) {
        this.list = list;
        this.options = options;
        this.dialect = dialect;
    }

    /// Whether the option was given.
    public boolean isSet(String name) {
        String key = key(declared(name));
        return key != null && options.contains(key);
    }

    /// The option's text or its default, null if there is neither.
    public @Nullable String string(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = take(option);
        return value == null
                ? option.defaultValue()
                : OptionValues.string(label(option), value, dialect);
    }

    /// The option's text.
    ///
    /// @throws InvalidOptionException `Parameter 'x' is missing` if there is none
    public String requiredString(String name) throws InvalidOptionException {
        String text = string(name);
        if (text == null) {
            throw new InvalidOptionException(
                    "Parameter '" + label(declared(name)) + "' is missing");
        }
        return text;
    }

    /// The option's value or its default, false if there is neither.
    public boolean bool(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = take(option);
        return value == null
                ? "on".equals(option.defaultValue())
                : OptionValues.bool(label(option), value, dialect);
    }

    /// The option's number or its default, 0 if there is neither; read as 64 bits without a sign.
    public long number(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value == null ? 0 : OptionValues.number(label(option), value, dialect);
    }

    /// The option's number of bytes or its default, 0 if there is neither; read as 64 bits without
    /// a sign.
    public long size(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value == null ? 0 : OptionValues.size(label(option), value, dialect);
    }

    /// The constant whose name the option gives, or the default's, null if there is neither.
    ///
    /// @param constants the enum's constants, in the order of the declared choices
    public <E extends Enum<E>> @Nullable E choice(String name, E[] constants)
            throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value == null
                ? null
                : constants[OptionValues.choice(option, label(option), value, dialect)];
    }

    private Option declared(String name) {
        Option option = list.find(name);
        if (option == null) {
            throw new IllegalArgumentException(name);
        }
        return option;
    }

    private @Nullable JsonValue take(Option option) {
        String key = key(option);
        return key == null ? null : options.take(key);
    }

    private @Nullable JsonValue takeOrDefault(Option option) {
        JsonValue value = take(option);
        if (value == null && option.defaultValue() != null) {
            return JsonValue.of(option.defaultValue());
        }
        return value;
    }

    private @Nullable String key(Option option) {
        return dialect == Dialect.COMMAND_LINE ? option.name() : option.qmpName();
    }

    private String label(Option option) {
        String key = key(option);
        return key == null ? option.name() : key;
    }
}
