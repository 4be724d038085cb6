package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A JSON object, its members in the order in which they came.
///
/// @param members the values by their keys; unmodifiable
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    /// The object without members.
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /// A builder for an object.
    public static Builder builder() {
        return new Builder();
    }

    /// The member of that key, null if there is none (a JSON null is {@link JsonNull#NULL}).
    public @Nullable JsonValue get(String key) {
        return members.get(key);
    }

    /// Collects members. A key that is put twice keeps its place and takes the later value.
    public static final class Builder {
        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        private Builder() {}

        public Builder put(String key, JsonValue value) {
            members.put(key, value);
            return this;
        }

        public Builder put(String key, String value) {
            return put(key, JsonValue.of(value));
        }

        public Builder put(String key, long value) {
            return put(key, JsonValue.of(value));
        }

        public Builder put(String key, boolean value) {
            return put(key, JsonValue.of(value));
        }

        /// The object collected so far. Whether no member of that name was put yet.
        public boolean isAbsent(String key) {
            return !members.containsKey(key);
        }

        public JsonObject build() {
            return new JsonObject(members);
        }
    }
}
