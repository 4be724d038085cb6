package io.cairn.qmp.schema;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What clients are told of a schema (QMP reference manual, "QMP introspection"): the commands and
/// events that there are, and all types that these refer to.
///
/// Types have numbers for names, so that nobody relies on ours.
public final class Introspection {
    private final Schema schema;
    private final List<JsonValue> told = new ArrayList<>();
    private final Map<String, String> numbers = new LinkedHashMap<>();
    private final Deque<String> open = new ArrayDeque<>();

    private Introspection(Schema schema) {
        this.schema = schema;
    }

    /// The array of `SchemaInfo` for these commands and events.
    public static JsonArray of(
            Schema schema, List<Definition.Command> commands, List<Definition.Event> events) {
        Introspection introspection = new Introspection(schema);
        introspection.number(Schema.EMPTY.name());
        commands.forEach(introspection::tell);
        events.forEach(introspection::tell);
        introspection.tellTypes();
        return new JsonArray(introspection.told);
    }

    private void tell(Definition.Command command) {
        String returns = command.returns();
        JsonObject.Builder told =
                start(command, command.name(), "command")
                        .put("arg-type", number(command.arguments()))
                        .put("ret-type", number(returns == null ? Schema.EMPTY.name() : returns));
        if (command.allowsOob()) {
            told.put("allow-oob", true);
        }
        this.told.add(told.build());
    }

    private void tell(Definition.Event event) {
        told.add(start(event, event.name(), "event").put("arg-type", number(event.data())).build());
    }

    private void tellTypes() {
        for (String name = open.poll(); name != null; name = open.poll()) {
            told.add(type(name));
        }
    }

    private JsonObject type(String name) {
        String number = number(name);
        String element = Schema.elementOf(name);
        if (element != null) {
            return JsonObject.builder()
                    .put("name", number)
                    .put("meta-type", "array")
                    .put("element-type", number(element))
                    .build();
        }
        return switch (schema.find(name)) {
            case Definition.Struct struct -> struct(struct, number);
            case Definition.Choice choice -> choice(choice, number);
            case Definition.Alternate alternate ->
                    start(alternate, number, "alternate")
                            .put(
                                    "members",
                                    new JsonArray(
                                            alternate.types().stream()
                                                    .<JsonValue>map(type -> typeMember(type))
                                                    .toList()))
                            .build();
            case null, default ->
                    JsonObject.builder()
                            .put("name", number)
                            .put("meta-type", "builtin")
                            .put("json-type", builtin(name).jsonType())
                            .build();
        };
    }

    private JsonObject typeMember(String type) {
        return JsonObject.builder().put("type", number(type)).build();
    }

    private JsonObject struct(Definition.Struct struct, String number) {
        List<JsonValue> members = new ArrayList<>();
        for (Definition.Member member : struct.members()) {
            if (member.name().equals(Schema.OTHERS)) {
                continue;
            }
            JsonObject.Builder one =
                    JsonObject.builder()
                            .put("name", member.name())
                            .put("type", number(member.type()));
            if (member.optional()) {
                one.put("default", JsonNull.NULL);
            }
            addFeatures(member.features(), one);
            members.add(one.build());
        }
        JsonObject.Builder told =
                start(struct, number, "object").put("members", new JsonArray(members));
        String tag = struct.tag();
        if (tag != null) {
            told.put("tag", tag).put("variants", variants(struct, tag));
        }
        return told.build();
    }

    /// A case for each value of the tag: those that have no further members are cases too.
    private JsonArray variants(Definition.Struct struct, String tag) {
        List<JsonValue> variants = new ArrayList<>();
        for (Definition.Member member : struct.members()) {
            if (member.name().equals(tag)
                    && schema.find(member.type()) instanceof Definition.Choice choice) {
                for (Definition.Choice.Value value : choice.values()) {
                    String type = struct.cases().getOrDefault(value.name(), Schema.EMPTY.name());
                    variants.add(
                            JsonObject.builder()
                                    .put("case", value.name())
                                    .put("type", number(type))
                                    .build());
                }
            }
        }
        return new JsonArray(variants);
    }

    private static JsonObject choice(Definition.Choice choice, String number) {
        List<JsonValue> members = new ArrayList<>();
        List<JsonValue> values = new ArrayList<>();
        for (Definition.Choice.Value value : choice.values()) {
            JsonObject.Builder member = JsonObject.builder().put("name", value.name());
            addFeatures(value.features(), member);
            members.add(member.build());
            values.add(JsonValue.of(value.name()));
        }
        return start(choice, number, "enum")
                .put("members", new JsonArray(members))
                .put("values", new JsonArray(values))
                .build();
    }

    private static JsonObject.Builder start(Definition definition, String name, String metaType) {
        JsonObject.Builder told = JsonObject.builder().put("name", name).put("meta-type", metaType);
        addFeatures(definition.features(), told);
        return told;
    }

    private static void addFeatures(List<String> features, JsonObject.Builder told) {
        if (!features.isEmpty()) {
            told.put(
                    "features",
                    new JsonArray(features.stream().<JsonValue>map(JsonValue::of).toList()));
        }
    }

    /// The name under which a type is told of, and will be.
    private String number(String type) {
        String element = Schema.elementOf(type);
        Builtin builtin = Builtin.find(type);
        String key = builtin == null ? type : builtin.shown();
        String known = numbers.get(key);
        if (known != null) {
            return known;
        }
        String number =
                element != null
                        ? "[" + number(element) + "]"
                        : builtin != null ? key : Integer.toString(numbers.size());
        // [uint16] and [int] are one and the same to clients.
        boolean isNew = !numbers.containsValue(number);
        numbers.put(key, number);
        if (isNew) {
            open.add(key);
        }
        return number;
    }

    private static Builtin builtin(String shown) {
        Builtin builtin = Builtin.find(shown);
        if (builtin == null) {
            throw new IllegalStateException(shown);
        }
        return builtin;
    }
}
