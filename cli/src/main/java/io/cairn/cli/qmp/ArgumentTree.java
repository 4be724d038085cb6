package io.cairn.cli.qmp;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.cli.console.ToolException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Arguments by their paths, put together: `a.b=1 a.c=2` is `{"a": {"b": 1, "c": 2}}`, and keys
/// that count up from 0 make a list.
final class ArgumentTree {
    private sealed interface Node {}

    private record Leaf(JsonValue value) implements Node {}

    private record Branch(Map<String, Node> children) implements Node {}

    private final Branch root = new Branch(new LinkedHashMap<>());

    /// @throws ToolException if there is a value at that path, or above or below it, already
    void put(String path, JsonValue value) throws ToolException {
        Branch branch = root;
        String[] keys = path.split("\\.", -1);
        for (int i = 0; i < keys.length; i++) {
            if (keys[i].isEmpty()) {
                throw ToolException.of("Invalid parameter '" + path + "'");
            }
            boolean isLast = i == keys.length - 1;
            Node there = branch.children.get(keys[i]);
            if (isLast && there == null) {
                branch.children.put(keys[i], new Leaf(value));
            } else if (!isLast && !(there instanceof Leaf)) {
                Branch next = there instanceof Branch b ? b : new Branch(new LinkedHashMap<>());
                branch.children.put(keys[i], next);
                branch = next;
            } else {
                throw ToolException.of("Parameter '" + path + "' is given more than once");
            }
        }
    }

    JsonObject build() {
        return object(root);
    }

    private static JsonObject object(Branch branch) {
        JsonObject.Builder object = JsonObject.builder();
        branch.children.forEach((key, node) -> object.put(key, value(node)));
        return object.build();
    }

    private static JsonValue value(Node node) {
        return switch (node) {
            case Leaf leaf -> leaf.value;
            case Branch branch -> isList(branch) ? list(branch) : object(branch);
        };
    }

    private static boolean isList(Branch branch) {
        for (int i = 0; i < branch.children.size(); i++) {
            if (!branch.children.containsKey(Integer.toString(i))) {
                return false;
            }
        }
        return true;
    }

    private static JsonArray list(Branch branch) {
        List<JsonValue> elements = new ArrayList<>();
        for (int i = 0; i < branch.children.size(); i++) {
            Node node = branch.children.get(Integer.toString(i));
            if (node != null) {
                elements.add(value(node));
            }
        }
        return new JsonArray(elements);
    }
}
