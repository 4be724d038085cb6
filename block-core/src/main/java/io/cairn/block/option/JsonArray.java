package io.cairn.block.option;

import java.util.List;

/// A JSON list.
public record JsonArray(List<JsonValue> elements) implements JsonValue {
    public JsonArray {
        elements = List.copyOf(elements);
    }
}
