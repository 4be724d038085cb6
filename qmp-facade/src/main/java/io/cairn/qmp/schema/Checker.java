package io.cairn.qmp.schema;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonDouble;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.PeerOrder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Compares input with its type, member by member in the order of the declaration, and tells of the
/// first difference in the peer's words.
///
/// The peer names a value by its whole path if it is of a wrong kind, missing or unexpected, but by
/// its last name alone (`null` for an element of a list) if a name or a number is not in range.
public final class Checker {
    private final Schema schema;
    private final Input input;

    public Checker(Schema schema, Input input) {
        this.schema = schema;
        this.input = input;
    }

    /// The arguments, with each value in its JSON type.
    ///
    /// @throws InvalidOptionException if they are not of the type
    public JsonObject arguments(String type, JsonObject given) throws InvalidOptionException {
        return object(schema.struct(type), given, "");
    }

    /// @param path the value's path; empty for the outermost
    /// @param name the last part of the path, or null
    private JsonValue value(String type, JsonValue given, String path, @Nullable String name)
            throws InvalidOptionException {
        String element = Schema.elementOf(type);
        if (element != null) {
            return list(element, given, path);
        }
        Definition definition = schema.find(type);
        if (definition == null) {
            return Scalars.read(builtin(type), given, input, path, name);
        }
        if (definition instanceof Definition.Choice choice) {
            return choice(choice, given, path, name);
        }
        if (definition instanceof Definition.Alternate alternate) {
            return alternate(alternate, given, path, name);
        }
        if (given instanceof JsonObject object) {
            return object((Definition.Struct) definition, object, path + ".");
        }
        throw wrongKind(path, "object");
    }

    private static Builtin builtin(String type) {
        Builtin builtin = Builtin.find(type);
        if (builtin == null) {
            throw new IllegalStateException(type);
        }
        return builtin;
    }

    private JsonValue list(String element, JsonValue given, String path)
            throws InvalidOptionException {
        if (!(given instanceof JsonArray array)) {
            throw wrongKind(path, "array");
        }
        List<JsonValue> checked = new ArrayList<>(array.elements().size());
        int i = 0;
        for (JsonValue value : array.elements()) {
            checked.add(value(element, value, path + "[" + i++ + "]", null));
        }
        return new JsonArray(checked);
    }

    private static JsonValue choice(
            Definition.Choice choice, JsonValue given, String path, @Nullable String name)
            throws InvalidOptionException {
        if (!(given instanceof JsonString text)) {
            throw wrongKind(path, "string");
        }
        if (!choice.contains(text.value())) {
            throw new InvalidOptionException(
                    "Parameter '" + name + "' does not accept value '" + text.value() + "'");
        }
        return given;
    }

    private JsonObject object(Definition.Struct struct, JsonObject given, String prefix)
            throws InvalidOptionException {
        Set<String> known = new HashSet<>();
        JsonObject.Builder checked = JsonObject.builder();
        members(struct, given, prefix, known, checked);
        if (known.size() < given.members().size()) {
            for (String key : PeerOrder.sort(given.members().keySet())) {
                if (known.contains(key)) {
                    continue;
                }
                if (isOpen(struct)) {
                    checked.put(key, Objects.requireNonNull(given.get(key)));
                } else {
                    throw new InvalidOptionException(
                            "Parameter '" + prefix + key + "' is unexpected");
                }
            }
        }
        return checked.build();
    }

    private static boolean isOpen(Definition.Struct struct) {
        return struct.members().stream().anyMatch(member -> member.name().equals(Schema.OTHERS));
    }

    private void members(
            Definition.Struct struct,
            JsonObject given,
            String prefix,
            Set<String> known,
            JsonObject.Builder checked)
            throws InvalidOptionException {
        for (Definition.Member member : struct.members()) {
            JsonValue value = given.get(member.name());
            if (value != null) {
                known.add(member.name());
                checked.put(
                        member.name(),
                        value(member.type(), value, prefix + member.name(), member.name()));
            } else if (!member.optional()) {
                throw new InvalidOptionException(
                        "Parameter '" + prefix + member.name() + "' is missing");
            }
        }
        String tag = struct.tag();
        if (tag != null && given.get(tag) instanceof JsonString text) {
            String further = struct.cases().get(text.value());
            if (further != null) {
                members(schema.struct(further), given, prefix, known, checked);
            }
        }
    }

    private JsonValue alternate(
            Definition.Alternate alternate, JsonValue given, String path, @Nullable String name)
            throws InvalidOptionException {
        for (String type : alternate.types()) {
            if (isOfKind(type, given)) {
                return value(type, given, path, name);
            }
        }
        throw wrongKind(String.valueOf(name), alternate.name());
    }

    private boolean isOfKind(String type, JsonValue given) {
        if (Schema.elementOf(type) != null) {
            return given instanceof JsonArray;
        }
        Definition definition = schema.find(type);
        if (definition != null) {
            return definition instanceof Definition.Choice
                    ? given instanceof JsonString
                    : given instanceof JsonObject;
        }
        return switch (builtin(type)) {
            case STR -> given instanceof JsonString;
            case BOOL -> given instanceof JsonBoolean;
            case INT, UINT64, UINT32, UINT16, UINT8 -> given instanceof JsonInteger;
            case NUMBER -> given instanceof JsonInteger || given instanceof JsonDouble;
            case NULL -> given == JsonNull.NULL;
            case ANY -> true;
        };
    }

    static InvalidOptionException wrongKind(String path, String expected) {
        return new InvalidOptionException(
                "Invalid parameter type for '" + path + "', expected: " + expected);
    }

    /// Whether an output is of its type, for tests: null, or what is wrong with it.
    public @Nullable String problem(@Nullable String type, JsonValue output) {
        try {
            value(type == null ? Schema.EMPTY.name() : type, output, "return", "return");
            return null;
        } catch (InvalidOptionException e) {
            return e.getMessage();
        }
    }
}
