package io.cairn.qmp.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A daemon within the process, and one client of it whose capabilities are negotiated.
final class TestDaemon implements AutoCloseable {
    final StorageDaemon daemon;
    final LocalStream client = new LocalStream();
    private final List<JsonObject> events = new ArrayList<>();

    TestDaemon() throws Exception {
        BlockGraph graph =
                new BlockGraph(
                        new DriverRegistry(
                                List.of(
                                        new FormatDrivers(),
                                        new ProtocolDrivers(),
                                        new FilterDrivers())),
                        FollowPolicy.EVERYTHING);
        daemon = new StorageDaemon(graph);
        daemon.start();
        serve(client);
        client.line();
        execute("qmp_capabilities");
    }

    /// Serves another client.
    void serve(LocalStream other) {
        Workers.startDaemon("test monitor", () -> daemon.monitor(other, "test", false).run());
    }

    /// Sends a command and gives back its whole reply; events that come before it are kept.
    JsonObject request(String json) throws Exception {
        client.send(json + "\n");
        while (true) {
            JsonObject message = Json.parseObject(client.line());
            if (message.get("event") == null) {
                return message;
            }
            events.add(message);
        }
    }

    /// Runs a command that must succeed.
    JsonValue execute(String command) throws Exception {
        return result(request("{'execute': '" + command + "'}"));
    }

    /// Runs a command that must succeed, its arguments in single-quoted JSON.
    JsonValue execute(String command, String arguments) throws Exception {
        return result(request("{'execute': '" + command + "', 'arguments': {" + arguments + "}}"));
    }

    private static JsonValue result(JsonObject reply) {
        JsonValue result = reply.get("return");
        if (result == null) {
            throw new AssertionError(Json.print(reply));
        }
        return result;
    }

    /// Runs a command that must fail, and gives back `class: desc`.
    String fail(String command, String arguments) throws Exception {
        JsonObject reply =
                request("{'execute': '" + command + "', 'arguments': {" + arguments + "}}");
        if (!(reply.get("error") instanceof JsonObject error)) {
            throw new AssertionError(Json.print(reply));
        }
        return text(error, "class") + ": " + text(error, "desc");
    }

    /// Waits for an event of that name, for which a member of its data has that value.
    JsonObject awaitEvent(String name, String member, String value) throws Exception {
        while (true) {
            JsonObject event =
                    events.isEmpty() ? Json.parseObject(client.line()) : events.removeFirst();
            if (event.get("event") == null) {
                throw new AssertionError(Json.print(event));
            }
            if (text(event, "event").equals(name)
                    && event.get("data") instanceof JsonObject data
                    && text(data, member).equals(value)) {
                return data;
            }
        }
    }

    /// The data of the next event of that name.
    JsonObject awaitEvent(String name) throws Exception {
        while (true) {
            JsonObject event =
                    events.isEmpty() ? Json.parseObject(client.line()) : events.removeFirst();
            if (text(event, "event").equals(name) && event.get("data") instanceof JsonObject data) {
                return data;
            }
        }
    }

    static String text(JsonObject object, String member) {
        return ((JsonString) Objects.requireNonNull(object.get(member))).value();
    }

    @Override
    public void close() throws BlockException {
        client.shutdown();
        daemon.close();
    }
}
