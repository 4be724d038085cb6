package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Turns nested objects into dotted keys, and dotted keys into nested objects.
final class Nesting {
    private Nesting() {}

    /// Puts the object's values under their dotted keys.
    static void flatten(JsonObject object, Map<String, JsonValue> flat) {
        flatten("", object, flat);
    }

    /// A nested value wins over the same key written with dots, wherever it stands.
    private static void flatten(String prefix, JsonObject object, Map<String, JsonValue> flat) {
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            if (!isNested(member.getValue())) {
                flat.put(prefix.concat(member.getKey()), member.getValue());
            }
        }
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            if (isNested(member.getValue())) {
                put(prefix.concat(member.getKey()), member.getValue(), flat);
            }
        }
    }

    private static void put(String key, JsonValue value, Map<String, JsonValue> flat) {
        if (!isNested(value)) {
            flat.put(key, value);
        } else if (value instanceof JsonObject object) {
            flatten(key.concat("."), object, flat);
        } else if (value instanceof JsonArray array) {
            int i = 0;
            for (JsonValue element : array.elements()) {
                put(key.concat(".").concat(Integer.toString(i++)), element, flat);
            }
        }
    }

    /// Whether the value is a list or an object with something in it.
    static boolean isNested(JsonValue value) {
        return (value instanceof JsonObject object && !object.members().isEmpty())
                || (value instanceof JsonArray array && !array.elements().isEmpty());
    }

    static void refuseDottedKeys(String path, JsonObject object) throws InvalidOptionException {
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            String key = path.concat(member.getKey());
            if (member.getKey().indexOf('.') >= 0) {
                throw new InvalidOptionException("Parameter '" + key + "' is unexpected");
            }
            refuseDottedKeysBelow(key, member.getValue());
        }
    }

    private static void refuseDottedKeysBelow(String key, JsonValue value)
            throws InvalidOptionException {
        if (value instanceof JsonObject object) {
            refuseDottedKeys(key.concat("."), object);
        } else if (value instanceof JsonArray array) {
            int i = 0;
            for (JsonValue element : array.elements()) {
                refuseDottedKeysBelow(key + "[" + i++ + "]", element);
            }
        }
    }

    static JsonObject unflatten(Map<String, JsonValue> flat) throws InvalidOptionException {
        Node root = new Node();
        for (Map.Entry<String, JsonValue> entry : flat.entrySet()) {
            checkDepth(entry.getKey());
            root.put(entry.getKey(), 0, entry.getValue());
        }
        return root.object("");
    }

    /// The children of one key while they are collected: values, or further nodes.
    private static final class Node {
        private final Map<String, JsonValue> values = new LinkedHashMap<>();
        private final Map<String, Node> nodes = new LinkedHashMap<>();
        private final List<String> order = new ArrayList<>();

        void put(String key, int start, JsonValue value) throws InvalidOptionException {
            int dot = key.indexOf('.', start);
            String name = dot < 0 ? key.substring(start) : key.substring(start, dot);
            boolean leaf = dot < 0;
            if (leaf ? nodes.containsKey(name) : values.containsKey(name)) {
                throw inconsistent(key.substring(0, start).concat(name));
            }
            if (!values.containsKey(name) && !nodes.containsKey(name)) {
                order.add(name);
            }
            if (leaf) {
                values.put(name, value);
                return;
            }
            Node node = nodes.get(name);
            if (node == null) {
                node = new Node();
                nodes.put(name, node);
            }
            node.put(key, dot + 1, value);
        }

        JsonObject object(String prefix) throws InvalidOptionException {
            return object(resolve(prefix));
        }

        private JsonObject object(Map<String, JsonValue> parts) {
            JsonObject.Builder object = JsonObject.builder();
            for (String name : order) {
                object.put(name, Objects.requireNonNull(parts.get(name)));
            }
            return object.build();
        }

        /// The children as values, made in the peer's order: it decides which of several errors is
        /// told.
        private Map<String, JsonValue> resolve(String prefix) throws InvalidOptionException {
            Map<String, JsonValue> parts = new LinkedHashMap<>();
            for (String name : PeerOrder.sort(order)) {
                parts.put(name, child(prefix, name));
            }
            return parts;
        }

        private JsonValue child(String prefix, String name) throws InvalidOptionException {
            JsonValue value = values.get(name);
            if (value != null) {
                return value;
            }
            Node node = nodes.get(name);
            if (node == null) {
                throw new IllegalStateException(name);
            }
            String path = prefix.concat(name);
            Map<String, JsonValue> parts = node.resolve(path.concat("."));
            int indexes = node.countIndexes();
            if (indexes == 0) {
                return node.object(parts);
            }
            if (indexes < node.order.size()) {
                throw inconsistent(path);
            }
            return list(path, parts);
        }

        private int countIndexes() {
            int count = 0;
            for (String name : order) {
                if (isIndex(name)) {
                    count++;
                }
            }
            return count;
        }

        private static JsonArray list(String path, Map<String, JsonValue> parts)
                throws InvalidOptionException {
            List<JsonValue> elements = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                String name = Integer.toString(i);
                JsonValue element = parts.get(name);
                if (element == null) {
                    throw new InvalidOptionException(
                            "Parameter '" + path + "." + name + "' missing");
                }
                elements.add(element);
            }
            return new JsonArray(elements);
        }
    }

    /// Whether the name is one of a list's elements.
    static boolean isIndex(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /// Keeps what recurses over the fragments of a key within the stack.
    static void checkDepth(String key) throws InvalidOptionException {
        int depth = 0;
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            depth++;
        }
        if (depth > JsonLexer.MAX_DEPTH) {
            String first = key.substring(0, key.indexOf('.'));
            throw new InvalidOptionException("Parameters '" + first + ".*' are nested too deeply");
        }
    }

    static InvalidOptionException inconsistent(String key) {
        return new InvalidOptionException("Parameters '" + key + ".*' used inconsistently");
    }
}
