package io.cairn.cli.qmp;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// What the server says of itself, asked for when it is first wanted. A server that says nothing
/// leaves it to the user to know the names.
final class LazySchema implements Supplier<ServerSchema> {
    private final QmpClient client;
    private @Nullable ServerSchema schema;

    LazySchema(QmpClient client) {
        this.client = client;
    }

    @Override
    public ServerSchema get() {
        ServerSchema known = schema;
        if (known == null) {
            known = new ServerSchema(list("query-qmp-schema"), list("query-commands"));
            schema = known;
        }
        return known;
    }

    private JsonArray list(String command) {
        try {
            JsonObject reply = client.request(JsonObject.builder().put("execute", command).build());
            if (reply.get("return") instanceof JsonArray list) {
                return list;
            }
        } catch (ToolException _) {
            // The end of the server is told of where commands are carried out.
        }
        return new JsonArray(List.of());
    }
}
