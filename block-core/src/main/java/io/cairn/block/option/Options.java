package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The options of a block node: flattened dotted keys with scalar values (or empty lists and
/// objects), in the order in which they came.
///
/// `{"driver": "qcow2", "file": {"driver": "file", "filename": "a"}}` is `driver`, `file.driver`
/// and `file.filename`; a list's elements are `children.0`, `children.1`, …; `file` alone holds the
/// name of a node that exists. Values from JSON keep their types, values from a command line are
/// strings; reading them is lenient, since both open the same nodes.
///
/// An instance is mutable and not safe for use by several threads: whoever reads an option takes it
/// out, and what is left at the end is unknown to all.
public final class Options {
    private final Map<String, JsonValue> values = new LinkedHashMap<>();

    /// Options without any entry.
    public Options() {}

    /// A copy that changes independently.
    public Options(Options other) {
        values.putAll(other.values);
    }

    /// The options that a JSON object stands for.
    public static Options flatten(JsonObject object) {
        Options options = new Options();
        Nesting.flatten(object, options.values);
        return options;
    }

    /// The options that the arguments of a QMP command stand for: as {@link #flatten}, but no key
    /// has dots of its own.
    ///
    /// @throws InvalidOptionException `Parameter 'cache.direct' is unexpected`
    public static Options flattenArguments(JsonObject object) throws InvalidOptionException {
        Nesting.refuseDottedKeys("", object);
        return flatten(object);
    }

    /// The nested object that these options stand for; an object whose keys are 0, 1, … becomes a
    /// list.
    ///
    /// @throws InvalidOptionException if a key is both a value and the start of others, or a list
    ///   has a gap
    public JsonObject unflatten() throws InvalidOptionException {
        return Nesting.unflatten(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /// The keys in the order in which they came; a snapshot.
    public List<String> keys() {
        return new ArrayList<>(values.keySet());
    }

    /// The key that the peer would name first; null if there is none.
    public @Nullable String firstKey() {
        return values.isEmpty() ? null : PeerOrder.sort(values.keySet()).get(0);
    }

    /// Refuses what is left once all that is known has been taken out.
    ///
    /// @param path what the error puts before the name: empty, `file.`, `children[0].`
    /// @throws InvalidOptionException `Parameter 'foo' is unexpected` for the key that the peer
    ///   would name
    public void requireEmpty(String path) throws InvalidOptionException {
        String key = firstKey();
        if (key != null) {
            int dot = key.indexOf('.');
            String name = dot < 0 ? key : key.substring(0, dot);
            throw new InvalidOptionException("Parameter '" + path + name + "' is unexpected");
        }
    }

    public boolean contains(String key) {
        return values.containsKey(key);
    }

    /// The value of a key, null if there is none.
    public @Nullable JsonValue get(String key) {
        return values.get(key);
    }

    /// The value of a key if it is a string, else null.
    public @Nullable String getString(String key) {
        return values.get(key) instanceof JsonString string ? string.value() : null;
    }

    /// Removes a key and returns its value, null if there was none.
    public @Nullable JsonValue take(String key) {
        return values.remove(key);
    }

    /// Removes a key and returns its value as the text of an option, null if there was none or it
    /// has no text (a JSON null, an empty list or object).
    public @Nullable String takeText(String key) {
        JsonValue value = values.remove(key);
        return value == null || value == JsonNull.NULL || !value.isScalar() ? null : value.asText();
    }

    /// Sets a value: a scalar, an empty list or an empty object.
    public Options put(String key, JsonValue value) {
        if (Nesting.isNested(value)) {
            throw new IllegalArgumentException("an option's value is no list or object");
        }
        values.put(key, value);
        return this;
    }

    public Options put(String key, String value) {
        return put(key, JsonValue.of(value));
    }

    public Options put(String key, long value) {
        return put(key, JsonValue.of(value));
    }

    public Options put(String key, boolean value) {
        return put(key, JsonValue.of(value));
    }

    /// Sets a value unless the key is there.
    public Options putIfAbsent(String key, JsonValue value) {
        values.putIfAbsent(key, value);
        return this;
    }

    /// Sets all of the other's values, over those that are here.
    public Options putAll(Options other) {
        values.putAll(other.values);
        return this;
    }

    /// Sets all of the other's values under `prefix.`: the inverse of {@link #takeSub}.
    public Options putSub(String prefix, Options other) {
        String start = prefix.concat(".");
        for (Map.Entry<String, JsonValue> entry : other.values.entrySet()) {
            values.put(start.concat(entry.getKey()), entry.getValue());
        }
        return this;
    }

    /// Adds those of the other's values whose keys are not here: explicit options win over
    /// inherited ones.
    public Options inherit(Options other) {
        for (Map.Entry<String, JsonValue> entry : other.values.entrySet()) {
            values.putIfAbsent(entry.getKey(), entry.getValue());
        }
        return this;
    }

    /// Whether any key starts with `prefix.`.
    public boolean hasSub(String prefix) {
        String start = prefix.concat(".");
        for (String key : values.keySet()) {
            if (key.startsWith(start)) {
                return true;
            }
        }
        return false;
    }

    /// The options whose keys start with `prefix.`, without that start; they stay here too.
    public Options sub(String prefix) {
        return collectSub(prefix, false);
    }

    /// As {@link #sub}, and they are removed here.
    public Options takeSub(String prefix) {
        return collectSub(prefix, true);
    }

    private Options collectSub(String prefix, boolean remove) {
        String start = prefix.concat(".");
        Options sub = new Options();
        for (String key : keys()) {
            if (key.startsWith(start)) {
                JsonValue value = remove ? values.remove(key) : values.get(key);
                if (value != null) {
                    sub.values.put(key.substring(start.length()), value);
                }
            }
        }
        return sub;
    }

    /// The number of elements of a list: how many of `prefix.0`, `prefix.1`, … follow each other
    /// from 0, as values or sub-trees.
    public int listLength(String prefix) {
        int n = 0;
        while (contains(element(prefix, n)) || hasSub(element(prefix, n))) {
            n++;
        }
        return n;
    }

    private static String element(String prefix, int index) {
        return prefix.concat(".").concat(Integer.toString(index));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Options options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /// The options as JSON text with dotted keys.
    @Override
    public String toString() {
        return Json.print(new JsonObject(values));
    }
}
