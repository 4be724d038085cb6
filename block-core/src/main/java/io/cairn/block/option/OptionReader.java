package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

/// Takes the values of declared options out of a set, by type. The names given to it are the
/// declared command-line names.
public final class OptionReader {
    private final OptionList list;
    private final Options options;
    private final Dialect dialect;
    private final String path;

    OptionReader(OptionList list, Options options, Dialect dialect, String path) {
        this.list = list;
        this.options = options;
        this.dialect = dialect;
        this.path = path;
    }

    /// By which rules values are read.
    public Dialect dialect() {
        return dialect;
    }

    /// Whether the option was given and not yet read.
    public boolean isSet(String name) {
        String key = declared(name).key(dialect);
        JsonValue value = key == null ? null : options.get(key);
        return value != null && !isIgnored(value);
    }

    /// The option's text or its default, null if there is neither.
    public @Nullable String string(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value == null ? null : OptionValues.string(label(option), value, dialect);
    }

    /// The option's text.
    ///
    /// @throws InvalidOptionException `Parameter 'x' is missing` if there is neither a text nor a
    ///   default
    public String requiredString(String name) throws InvalidOptionException {
        String text = string(name);
        if (text == null) {
            throw missing(label(declared(name)));
        }
        return text;
    }

    /// The option's value or its default, false if there is neither.
    public boolean bool(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value != null && OptionValues.bool(label(option), value, dialect);
    }

    /// The option's number or its default, 0 if there is neither; of the types without a sign the
    /// bits.
    public long number(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = takeOrDefault(option);
        return value == null ? 0 : OptionValues.integer(option, label(option), value, dialect);
    }

    /// The option's number, null if it was not given.
    public @Nullable Long numberIfGiven(String name) throws InvalidOptionException {
        Option option = declared(name);
        JsonValue value = take(option);
        return value == null ? null : OptionValues.integer(option, label(option), value, dialect);
    }

    /// The option's number of bytes or its default, 0 if there is neither; 64 bits without a sign.
    public long size(String name) throws InvalidOptionException {
        return number(name);
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

    /// The options below the given one, `cache.direct` and `cache.no-flush` for `cache`, without
    /// that start, to be read by a schema of their own.
    ///
    /// @throws InvalidOptionException if a strict dialect has a plain value there
    public Options sub(String key) throws InvalidOptionException {
        JsonValue value = options.get(key);
        if (value != null && isEmptyObject(value)) {
            options.take(key);
        } else if (value != null && dialect.isStrict()) {
            throw OptionValues.wrongType(path.concat(key), "object");
        }
        return options.takeSub(key);
    }

    private Option declared(String name) {
        Option option = list.find(name);
        if (option == null) {
            throw new IllegalArgumentException(name);
        }
        return option;
    }

    private @Nullable JsonValue takeOrDefault(Option option) throws InvalidOptionException {
        JsonValue value = take(option);
        if (value != null) {
            return value;
        }
        if (dialect.isStrict() && option.required()) {
            throw missing(label(option));
        }
        return OptionValues.defaultOf(option, dialect);
    }

    private @Nullable JsonValue take(Option option) throws InvalidOptionException {
        String key = option.key(dialect);
        if (key == null) {
            return null;
        }
        JsonValue value = options.take(key);
        if (value == null && dialect.isStrict() && options.hasSub(key)) {
            throw dialect == Dialect.QMP
                    ? OptionValues.wrongType(label(option), option.type().qmpName())
                    : new InvalidOptionException(
                            "Parameters '" + label(option) + ".*' are unexpected");
        }
        return value != null && isIgnored(value) ? null : value;
    }

    /// A node's options take a null, an empty list and an empty object for nothing.
    private boolean isIgnored(JsonValue value) {
        return !dialect.isStrict() && (value == JsonNull.NULL || !value.isScalar());
    }

    private static boolean isEmptyObject(JsonValue value) {
        return value instanceof JsonObject object && object.members().isEmpty();
    }

    private String label(Option option) {
        String key = option.key(dialect);
        return path.concat(key == null ? option.name() : key);
    }

    private static InvalidOptionException missing(String label) {
        return new InvalidOptionException("Parameter '" + label + "' is missing");
    }
}
