package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Reads members of LUKS2 metadata, each of the type that the specification gives it.
final class Luks2Json {
    private Luks2Json() {}

    static BlockException corrupt(String what) {
        return new CorruptImageException(Errno.EINVAL, "LUKS2 metadata are corrupt: " + what);
    }

    static JsonObject object(JsonObject in, String name) throws BlockException {
        if (in.get(name) instanceof JsonObject object) {
            return object;
        }
        throw corrupt("'" + name + "' is missing or no object");
    }

    static String text(JsonObject in, String name) throws BlockException {
        if (in.get(name) instanceof JsonString text) {
            return text.value();
        }
        throw corrupt("'" + name + "' is missing or no string");
    }

    /// A number of 32 bits, which JSON holds as such.
    static int number(JsonObject in, String name) throws BlockException {
        if (in.get(name) instanceof JsonInteger number
                && number.isNonNegative()
                && number.bits() >= 0
                && number.bits() <= Integer.MAX_VALUE) {
            return (int) number.bits();
        }
        throw corrupt("'" + name + "' is missing or out of range");
    }

    /// A number of 64 bits, which is kept as text.
    static long large(JsonObject in, String name) throws BlockException {
        String text = text(in, name);
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw corrupt("'" + name + "' is out of range: '" + text + "'");
    }

    static byte[] bytes(JsonObject in, String name) throws BlockException {
        try {
            return Base64.getDecoder().decode(text(in, name));
        } catch (IllegalArgumentException _) {
            throw corrupt("'" + name + "' is not in Base64");
        }
    }

    static JsonValue bytes(byte[] value) {
        return JsonValue.of(Base64.getEncoder().encodeToString(value));
    }

    static List<String> texts(JsonObject in, String name) throws BlockException {
        List<String> texts = new ArrayList<>();
        if (!(in.get(name) instanceof JsonArray array)) {
            throw corrupt("'" + name + "' is missing or no list");
        }
        for (JsonValue element : array.elements()) {
            texts.add(element.asText());
        }
        return texts;
    }

    static JsonArray texts(List<String> values) {
        List<JsonValue> elements = new ArrayList<>();
        values.forEach(value -> elements.add(JsonValue.of(value)));
        return new JsonArray(elements);
    }

    /// An object with one member changed, or added behind the others.
    static JsonObject with(JsonObject in, String name, JsonValue value) {
        JsonObject.Builder out = JsonObject.builder();
        in.members().forEach(out::put);
        return out.put(name, value).build();
    }

    /// An object without one member.
    static JsonObject without(JsonObject in, String name) {
        JsonObject.Builder out = JsonObject.builder();
        in.members()
                .forEach((key, value) -> {
                    if (!key.equals(name)) {
                        out.put(key, value);
                    }
                });
        return out.build();
    }
}
