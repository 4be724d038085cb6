package io.cairn.cli.qmp;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonDouble;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Sizes;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.qmp.ServerSchema.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Makes a JSON value of what was typed for an argument, by the type that the schema gives it.
final class ArgumentValue {
    private final ServerSchema schema;

    ArgumentValue(ServerSchema schema) {
        this.schema = schema;
    }

    /// @param name of the argument, for messages
    /// @throws ToolException if the text is none of the type's values
    JsonValue of(String name, String text, String type) throws ToolException {
        return switch (schema.kind(type)) {
            // The server knows which values an enumeration has.
            case STRING, ENUM -> JsonValue.of(text);
            case INTEGER -> need(integer(text), name, "an integer");
            case NUMBER -> need(number(text), name, "a number");
            case BOOLEAN -> need(bool(text), name, "on or off");
            case NULL -> need(text.equals("null") ? JsonNull.NULL : null, name, "null");
            case LIST -> list(name, text, type);
            case OBJECT -> text.startsWith("{") ? json(name, text) : need(null, name, "an object");
            case ALTERNATE -> alternate(name, text, type);
            case ANY, UNKNOWN -> guess(name, text);
        };
    }

    private static JsonValue need(@Nullable JsonValue value, String name, String what)
            throws ToolException {
        if (value == null) {
            throw ToolException.of("Parameter '" + name + "' expects " + what);
        }
        return value;
    }

    /// Elements after commas, or a JSON list.
    private JsonValue list(String name, String text, String type) throws ToolException {
        if (text.startsWith("[")) {
            return json(name, text);
        }
        List<JsonValue> elements = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String part : text.split(",", -1)) {
                elements.add(of(name, part, schema.element(type)));
            }
        }
        return new JsonArray(elements);
    }

    private JsonValue alternate(String name, String text, String type) throws ToolException {
        List<String> alternatives = schema.alternatives(type);
        if (text.startsWith("{") || text.startsWith("[")) {
            return json(name, text);
        }
        for (String alternative : alternatives) {
            JsonValue value =
                    switch (schema.kind(alternative)) {
                        case INTEGER -> integer(text);
                        case NUMBER -> number(text);
                        case BOOLEAN -> bool(text);
                        case NULL -> text.equals("null") ? JsonNull.NULL : null;
                        default -> null;
                    };
            if (value != null) {
                return value;
            }
        }
        for (String alternative : alternatives) {
            if (schema.kind(alternative) == Kind.LIST) {
                return list(name, text, alternative);
            }
        }
        return JsonValue.of(text);
    }

    /// JSON if it is, else a string: `5`, `true`, `"5"`, `disk`.
    private static JsonValue guess(String name, String text) throws ToolException {
        if (text.startsWith("{") || text.startsWith("[")) {
            return json(name, text);
        }
        try {
            return Json.parse(text);
        } catch (InvalidOptionException _) {
            return JsonValue.of(text);
        }
    }

    private static JsonValue json(String name, String text) throws ToolException {
        try {
            return Json.parse(text);
        } catch (InvalidOptionException e) {
            throw ToolException.of("Parameter '" + name + "': " + e.getMessage());
        }
    }

    /// Decimal, or a size such as `64M`.
    private static @Nullable JsonValue integer(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            if (Json.parse(text) instanceof JsonInteger value) {
                return value;
            }
        } catch (InvalidOptionException _) {
            // It may be a size.
        }
        long size = Sizes.parse(text, 'B');
        return size < 0 ? null : JsonValue.of(size);
    }

    private static @Nullable JsonValue number(String text) {
        try {
            return switch (Json.parse(text)) {
                case JsonInteger value -> value;
                case JsonDouble value -> value;
                default -> null;
            };
        } catch (InvalidOptionException _) {
            return null;
        }
    }

    private static @Nullable JsonValue bool(String text) {
        return switch (text) {
            case "on", "true", "yes" -> JsonValue.of(true);
            case "off", "false", "no" -> JsonValue.of(false);
            default -> null;
        };
    }
}
