package io.cairn.cli.qmp;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// What a server says of its commands and of the types of their arguments (QMP reference manual,
/// "QMP introspection").
///
/// Types go by the names that the server gave them. Of what is not there, or was not understood,
/// the kind is {@link Kind#UNKNOWN} and there are no members: the server is the one to judge it.
final class ServerSchema {
    /// Of a server that tells nothing.
    static final ServerSchema EMPTY =
            new ServerSchema(new JsonArray(List.of()), new JsonArray(List.of()));

    /// The name of no type.
    static final String NO_TYPE = "";

    private final Map<String, JsonObject> types = new LinkedHashMap<>();
    private final Map<String, String> arguments = new LinkedHashMap<>();
    private final List<String> commands;

    /// What values of a type look like.
    enum Kind {
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        NULL,
        ANY,
        ENUM,
        LIST,
        OBJECT,
        ALTERNATE,
        UNKNOWN
    }

    /// A member of an object.
    record Member(String name, String type, boolean isOptional) {}

    /// @param schema what query-qmp-schema returned
    /// @param names what query-commands returned
    ServerSchema(JsonArray schema, JsonArray names) {
        TreeSet<String> known = new TreeSet<>();
        for (JsonValue value : schema.elements()) {
            if (value instanceof JsonObject entity) {
                switch (string(entity, "meta-type")) {
                    case "command" -> {
                        known.add(string(entity, "name"));
                        arguments.put(string(entity, "name"), string(entity, "arg-type"));
                    }
                    case "event" -> {}
                    default -> types.put(string(entity, "name"), entity);
                }
            }
        }
        for (JsonValue value : names.elements()) {
            if (value instanceof JsonObject command) {
                known.add(string(command, "name"));
            }
        }
        commands = List.copyOf(known);
    }

    /// The names of all commands, in order.
    List<String> commands() {
        return commands;
    }

    /// The type of a command's arguments, {@link #NO_TYPE} if the command is not known.
    String argumentsOf(String command) {
        return arguments.getOrDefault(command, NO_TYPE);
    }

    Kind kind(String type) {
        JsonObject entity = types.get(type);
        if (entity == null) {
            return Kind.UNKNOWN;
        }
        return switch (string(entity, "meta-type")) {
            case "array" -> Kind.LIST;
            case "object" -> Kind.OBJECT;
            case "enum" -> Kind.ENUM;
            case "alternate" -> Kind.ALTERNATE;
            case "builtin" ->
                    switch (string(entity, "json-type")) {
                        case "string" -> Kind.STRING;
                        case "int" -> Kind.INTEGER;
                        case "number" -> Kind.NUMBER;
                        case "boolean" -> Kind.BOOLEAN;
                        case "null" -> Kind.NULL;
                        default -> Kind.ANY;
                    };
            default -> Kind.UNKNOWN;
        };
    }

    /// What the type is called where help shows it.
    String describe(String type) {
        return switch (kind(type)) {
            case STRING -> "string";
            case INTEGER -> "integer";
            case NUMBER -> "number";
            case BOOLEAN -> "on|off";
            case NULL -> "null";
            case ANY -> "any";
            case ENUM -> String.join("|", values(type));
            case LIST -> "list of " + describe(element(type));
            case OBJECT -> "object";
            case ALTERNATE ->
                    String.join(" or ", alternatives(type).stream().map(this::describe).toList());
            case UNKNOWN -> "?";
        };
    }

    /// The type of a list's elements.
    String element(String type) {
        return string(types.get(type), "element-type");
    }

    /// The types of which a value has one.
    List<String> alternatives(String type) {
        return objects(types.get(type), "members").stream()
                .map(member -> string(member, "type"))
                .toList();
    }

    /// The values of an enumeration or a boolean; otherwise none.
    List<String> values(String type) {
        if (kind(type) == Kind.BOOLEAN) {
            return List.of("off", "on");
        }
        JsonObject entity = types.get(type);
        if (entity == null || !(entity.get("values") instanceof JsonArray values)) {
            return List.of();
        }
        return values.elements().stream().map(value -> QmpClient.text(value, "")).toList();
    }

    /// The members of an object, or of the object that a value of an alternate may be.
    ///
    /// @param given the value of a member that may be the tag of variants, null if none is given:
    ///   then the members of all variants count
    List<Member> members(String type, UnaryOperator<@Nullable String> given) {
        Map<String, Member> found = new LinkedHashMap<>();
        if (kind(type) == Kind.ALTERNATE) {
            for (String alternative : alternatives(type)) {
                if (kind(alternative) == Kind.OBJECT) {
                    addMembers(alternative, given, found);
                }
            }
        } else {
            addMembers(type, given, found);
        }
        return new ArrayList<>(found.values());
    }

    private void addMembers(
            String type, UnaryOperator<@Nullable String> given, Map<String, Member> found) {
        // The values of an enumeration are called members too.
        if (kind(type) != Kind.OBJECT) {
            return;
        }
        JsonObject entity = types.get(type);
        for (JsonObject member : objects(entity, "members")) {
            String name = string(member, "name");
            boolean isOptional = member.get("default") != null;
            found.putIfAbsent(name, new Member(name, string(member, "type"), isOptional));
        }
        String value = given.apply(string(entity, "tag"));
        for (JsonObject variant : objects(entity, "variants")) {
            if (value == null || value.equals(string(variant, "case"))) {
                addMembers(string(variant, "type"), given, found);
            }
        }
    }

    /// The type of the argument of a path such as `file.driver`.
    ///
    /// @param given the text of the argument of a path, null if there is none
    String typeAt(String root, String path, UnaryOperator<@Nullable String> given) {
        String type = root;
        String prefix = "";
        for (String key : path.split("\\.", -1)) {
            if (kind(type) == Kind.LIST) {
                type = element(type);
            } else {
                String before = prefix;
                type =
                        members(type, tag -> given.apply(before + tag)).stream()
                                .filter(member -> member.name().equals(key))
                                .map(Member::type)
                                .findFirst()
                                .orElse(NO_TYPE);
            }
            prefix = prefix + key + ".";
        }
        return type;
    }

    private static List<JsonObject> objects(@Nullable JsonObject entity, String key) {
        List<JsonObject> found = new ArrayList<>();
        if (entity != null && entity.get(key) instanceof JsonArray array) {
            for (JsonValue value : array.elements()) {
                if (value instanceof JsonObject object) {
                    found.add(object);
                }
            }
        }
        return found;
    }

    private static String string(@Nullable JsonObject entity, String key) {
        return entity == null ? NO_TYPE : QmpClient.text(entity.get(key), NO_TYPE);
    }
}
