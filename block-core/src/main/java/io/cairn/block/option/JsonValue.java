package io.cairn.block.option;

/// A value of the JSON dialect that the tools and the QMP wire speak.
///
/// Integers keep their whole range: what fits into 63 bits and a sign, and what needs 64 bits
/// without one.
public sealed interface JsonValue
        permits JsonString, JsonInteger, JsonDouble, JsonBoolean, JsonNull, JsonArray, JsonObject {

    /// A string value.
    static JsonValue of(String value) {
        return new JsonString(value);
    }

    /// A signed integer value.
    static JsonValue of(long value) {
        return new JsonInteger(value, false);
    }

    /// An integer value from 64 bits without a sign.
    static JsonValue ofUnsigned(long bits) {
        return new JsonInteger(bits, bits < 0);
    }

    /// A boolean value.
    static JsonValue of(boolean value) {
        return value ? JsonBoolean.TRUE : JsonBoolean.FALSE;
    }

    /// Whether this is neither a list nor an object.
    default boolean isScalar() {
        return !(this instanceof JsonArray) && !(this instanceof JsonObject);
    }

    /// The value as the text of a command-line option: a string as it is, a boolean as `on` or
    /// `off`, everything else as JSON.
    default String asText() {
        return Json.print(this);
    }
}
