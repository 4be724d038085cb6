package io.cairn.qmp.schema;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Puts the members of what is sent into the order of their declaration, on which the order depends
/// in which they are printed.
public final class DeclaredOrder {
    private final Schema schema;

    public DeclaredOrder(Schema schema) {
        this.schema = schema;
    }

    /// The same value in that order; what is not declared comes last.
    ///
    /// @param type the value's, null for an empty object
    public JsonValue of(@Nullable String type, JsonValue value) {
        if (type == null) {
            return value;
        }
        String element = Schema.elementOf(type);
        if (element != null) {
            return value instanceof JsonArray array ? list(element, array) : value;
        }
        if (value instanceof JsonObject object
                && schema.find(type) instanceof Definition.Struct struct) {
            JsonObject.Builder ordered = JsonObject.builder();
            addMembers(struct, object, ordered);
            object.members()
                    .forEach((name, member) -> {
                        if (ordered.isAbsent(name)) {
                            ordered.put(name, member);
                        }
                    });
            return ordered.build();
        }
        return value;
    }

    private JsonArray list(String element, JsonArray array) {
        List<JsonValue> ordered = new ArrayList<>(array.elements().size());
        for (JsonValue value : array.elements()) {
            ordered.add(of(element, value));
        }
        return new JsonArray(ordered);
    }

    private void addMembers(
            Definition.Struct struct, JsonObject object, JsonObject.Builder ordered) {
        for (Definition.Member member : struct.members()) {
            JsonValue value = object.get(member.name());
            if (value != null) {
                ordered.put(member.name(), of(member.type(), value));
            }
        }
        String tag = struct.tag();
        if (tag != null && object.get(tag) instanceof JsonString text) {
            String further = struct.cases().get(text.value());
            if (further != null) {
                addMembers(schema.struct(further), object, ordered);
            }
        }
    }
}
