package io.cairn.cli.qmp;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.cli.console.ToolException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A command as it is typed: `NAME KEY=VALUE NESTED.KEY=VALUE`, or the JSON of the wire.
final class CommandText {
    private final Supplier<ServerSchema> schema;

    /// @param schema asked for where a value's type matters
    CommandText(Supplier<ServerSchema> schema) {
        this.schema = schema;
    }

    /// The message to send.
    ///
    /// @throws ToolException if the text is no command, in one line
    JsonObject parse(String line) throws ToolException {
        if (line.startsWith("{")) {
            return json(line);
        }
        List<String> words = Words.split(line);
        JsonObject.Builder message = JsonObject.builder().put("execute", words.getFirst());
        if (words.size() > 1) {
            message.put("arguments", arguments(words));
        }
        return message.build();
    }

    private static JsonObject json(String line) throws ToolException {
        JsonObject message;
        try {
            message = Json.parseObject(line);
        } catch (InvalidOptionException e) {
            throw ToolException.of(e.getMessage());
        }
        if (message.get("execute") == null && message.get("exec-oob") == null) {
            throw ToolException.of("QMP input lacks member 'execute'");
        }
        return message;
    }

    private JsonObject arguments(List<String> words) throws ToolException {
        Map<String, String> given = new LinkedHashMap<>();
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw ToolException.of("'" + word + "' is not KEY=VALUE");
            }
            String key = word.substring(0, equals);
            if (given.putIfAbsent(key, word.substring(equals + 1)) != null) {
                throw ToolException.of("Parameter '" + key + "' is given more than once");
            }
        }
        ServerSchema known = schema.get();
        ArgumentValue values = new ArgumentValue(known);
        String root = known.argumentsOf(words.getFirst());
        ArgumentTree tree = new ArgumentTree();
        for (Map.Entry<String, String> entry : given.entrySet()) {
            String type = known.typeAt(root, entry.getKey(), given::get);
            tree.put(entry.getKey(), values.of(entry.getKey(), entry.getValue(), type));
        }
        return tree.build();
    }

    /// Whether a message tells the server to quit.
    static boolean isQuit(JsonObject message) {
        return JsonValue.of("quit").equals(message.get("execute"));
    }
}
