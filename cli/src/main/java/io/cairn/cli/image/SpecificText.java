package io.cairn.cli.image;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.PeerOrder;

import java.util.List;
import java.util.Objects;

/// What is particular to a format, as an indented outline.
public final class SpecificText {
    private static final String INDENT = "    ";

    private SpecificText() {}

    /// Appends the members of an object, indented once.
    public static void append(StringBuilder out, JsonObject object) {
        append(out, object, 1);
    }

    private static void append(StringBuilder out, JsonObject object, int level) {
        for (String key : PeerOrder.sort(object.members().keySet())) {
            JsonValue value = Objects.requireNonNull(object.get(key));
            entry(out, key.replace('-', ' '), value, level);
        }
    }

    private static void append(StringBuilder out, JsonArray array, int level) {
        List<JsonValue> elements = array.elements();
        for (int i = 0; i < elements.size(); i++) {
            entry(out, "[".concat(Integer.toString(i)).concat("]"), elements.get(i), level);
        }
    }

    private static void entry(StringBuilder out, String label, JsonValue value, int level) {
        out.repeat(INDENT, level).append(label).append(':');
        if (value instanceof JsonObject object) {
            out.append('\n');
            append(out, object, level + 1);
        } else if (value instanceof JsonArray array) {
            out.append('\n');
            append(out, array, level + 1);
        } else {
            out.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static String scalar(JsonValue value) {
        if (value instanceof JsonBoolean bool) {
            return bool.value() ? "true" : "false";
        }
        return value.asText();
    }
}
