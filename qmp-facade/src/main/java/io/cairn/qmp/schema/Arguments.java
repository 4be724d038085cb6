package io.cairn.qmp.schema;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Checked arguments, from which the record of a command is made. A value that is asked for in
/// another type than its declared one is a bug of the caller.
public final class Arguments {
    private final JsonObject object;
    private final Consumer<String> reads;

    public Arguments(JsonObject checked) {
        this(checked, _ -> {});
    }

    /// @param reads hears the name of each member that is asked for, or `*` for all
    public Arguments(JsonObject checked, Consumer<String> reads) {
        this.object = checked;
        this.reads = reads;
    }

    /// The same with one more member.
    public Arguments with(String name, JsonValue value) {
        JsonObject.Builder more = JsonObject.builder();
        object.members().forEach(more::put);
        return new Arguments(more.put(name, value).build(), reads);
    }

    /// All of them as they are.
    public JsonObject all() {
        reads.accept("*");
        return object;
    }

    public boolean has(String name) {
        return find(name) != null;
    }

    /// A member of any type, null if it is absent.
    public @Nullable JsonValue find(String name) {
        reads.accept(name);
        return object.get(name);
    }

    private JsonValue get(String name) {
        JsonValue value = find(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    /// A mandatory member of any type.
    public JsonValue value(String name) {
        return get(name);
    }

    /// A mandatory string.
    public String string(String name) {
        return text(get(name));
    }

    /// A string, null if it is absent.
    public @Nullable String findString(String name) {
        JsonValue value = find(name);
        return value == null ? null : text(value);
    }

    /// A string or what stands for its absence.
    public String string(String name, String absent) {
        JsonValue value = find(name);
        return value == null ? absent : text(value);
    }

    private static String text(JsonValue value) {
        if (value instanceof JsonString string) {
            return string.value();
        }
        throw new IllegalArgumentException(value.asText());
    }

    /// A mandatory integer; of the types without a sign the bits.
    public long integer(String name) {
        return bits(get(name));
    }

    /// An integer or what stands for its absence.
    public long integer(String name, long absent) {
        JsonValue value = find(name);
        return value == null ? absent : bits(value);
    }

    /// An integer, null if it is absent.
    public @Nullable Long findInteger(String name) {
        JsonValue value = find(name);
        return value == null ? null : bits(value);
    }

    private static long bits(JsonValue value) {
        if (value instanceof JsonInteger integer) {
            return integer.bits();
        }
        throw new IllegalArgumentException(value.asText());
    }

    /// A mandatory boolean.
    public boolean bool(String name) {
        return get(name) == JsonBoolean.TRUE;
    }

    /// A boolean or what stands for its absence.
    public boolean bool(String name, boolean absent) {
        JsonValue value = find(name);
        return value == null ? absent : value == JsonBoolean.TRUE;
    }

    /// A boolean, null if it is absent.
    public @Nullable Boolean findBool(String name) {
        JsonValue value = find(name);
        return value == null ? null : value == JsonBoolean.TRUE;
    }

    /// The constant that a string of a choice names, `-` being `_`, or what stands for its absence.
    public <E extends Enum<E>> E choice(String name, Class<E> type, E absent) {
        E found = findChoice(name, type);
        return found == null ? absent : found;
    }

    /// The constant that a mandatory string of a choice names, `-` being `_`.
    public <E extends Enum<E>> E choice(String name, Class<E> type) {
        return constant(string(name), type);
    }

    /// The constant that a string of a choice names, null if it is absent.
    public <E extends Enum<E>> @Nullable E findChoice(String name, Class<E> type) {
        String text = findString(name);
        return text == null ? null : constant(text, type);
    }

    private static <E extends Enum<E>> E constant(String text, Class<E> type) {
        return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /// The members of an object, null if it is absent.
    public @Nullable Arguments findObject(String name) {
        JsonValue value = find(name);
        return value == null ? null : objectOf(value);
    }

    /// The members of a mandatory object.
    public Arguments object(String name) {
        return objectOf(get(name));
    }

    private static Arguments objectOf(JsonValue value) {
        if (value instanceof JsonObject members) {
            return new Arguments(members);
        }
        throw new IllegalArgumentException(value.asText());
    }

    /// The elements of a list; none if it is absent.
    public List<JsonValue> list(String name) {
        JsonValue value = find(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof JsonArray array) {
            return array.elements();
        }
        throw new IllegalArgumentException(value.asText());
    }

    /// The strings of a list; none if it is absent.
    public List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonValue value : list(name)) {
            strings.add(text(value));
        }
        return strings;
    }

    /// The objects of a list; none if it is absent.
    public List<Arguments> objects(String name) {
        List<Arguments> objects = new ArrayList<>();
        for (JsonValue value : list(name)) {
            objects.add(objectOf(value));
        }
        return objects;
    }
}
