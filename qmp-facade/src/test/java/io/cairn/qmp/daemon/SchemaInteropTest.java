package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.testimages.PeerPrograms;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Compares what `query-qmp-schema` says with what the peer's says, type by type, whatever their
/// names.
class SchemaInteropTest {
    private static final String PEER = "qemu-storage-daemon";

    /// What a schema says, its types found by name.
    private record Told(Map<String, JsonObject> entities) {
        static Told of(JsonValue schema) {
            Map<String, JsonObject> entities = new LinkedHashMap<>();
            for (JsonValue entity : ((JsonArray) schema).elements()) {
                JsonObject object = (JsonObject) entity;
                entities.put(text(object, "name"), object);
            }
            return new Told(entities);
        }

        boolean isCommandOrEvent(String name) {
            JsonObject entity = entities.get(name);
            return entity != null
                    && List.of("command", "event").contains(text(entity, "meta-type"));
        }
    }

    private static String text(JsonObject object, String member) {
        return ((JsonString) Objects.requireNonNull(object.get(member))).value();
    }

    /// Collects the differences of two schemas.
    private static final class Comparison {
        final Told peer;
        final Told ours;
        final Map<String, String> same = new HashMap<>();
        final Map<String, String> differences = new TreeMap<>();

        Comparison(Told peer, Told ours) {
            this.peer = peer;
            this.ours = ours;
        }

        void compare(String where, String peerName, String ourName) {
            if (ourName.equals(same.put(peerName, ourName))) {
                return;
            }
            JsonObject expected = Objects.requireNonNull(peer.entities().get(peerName), where);
            JsonObject actual = Objects.requireNonNull(ours.entities().get(ourName), where);
            for (String key : expected.members().keySet()) {
                JsonValue theirs = Objects.requireNonNull(expected.get(key));
                JsonValue own = actual.get(key);
                switch (key) {
                    case "name" -> {}
                    case "arg-type", "ret-type", "element-type" ->
                            compare(
                                    where + " " + key,
                                    text(expected, key),
                                    own == null ? "" : text(actual, key));
                    case "members" -> members(where, theirs, own);
                    case "variants" -> list(where, "case", theirs, own);
                    default -> require(where + " " + key, theirs, own);
                }
            }
        }

        private void members(String where, JsonValue theirs, @Nullable JsonValue own) {
            boolean isNamed =
                    ((JsonArray) theirs)
                            .elements().stream()
                                    .allMatch(m -> ((JsonObject) m).get("name") != null);
            if (isNamed) {
                list(where, "name", theirs, own);
                return;
            }
            List<JsonValue> expected = ((JsonArray) theirs).elements();
            List<JsonValue> actual = ((JsonArray) Objects.requireNonNull(own)).elements();
            for (int i = 0; i < expected.size(); i++) {
                compare(
                        where + "/" + i,
                        text((JsonObject) expected.get(i), "type"),
                        text((JsonObject) actual.get(i), "type"));
            }
        }

        /// Everything that the peer lists must be here; more may be.
        private void list(String where, String key, JsonValue theirs, @Nullable JsonValue own) {
            Map<String, JsonObject> actual = new HashMap<>();
            if (own instanceof JsonArray array) {
                array.elements()
                        .forEach(e -> actual.put(text((JsonObject) e, key), (JsonObject) e));
            }
            for (JsonValue element : ((JsonArray) theirs).elements()) {
                JsonObject expected = (JsonObject) element;
                String name = text(expected, key);
                String at = where + "." + name;
                JsonObject found = actual.get(name);
                if (found == null) {
                    differences.put(at, "is missing");
                    continue;
                }
                if (expected.get("type") != null) {
                    compare(at, text(expected, "type"), text(found, "type"));
                }
                require(at + " default", expected.get("default"), found.get("default"));
                require(at + " features", expected.get("features"), found.get("features"));
            }
        }

        private void require(
                String where, @Nullable JsonValue expected, @Nullable JsonValue actual) {
            if (expected instanceof JsonArray wanted && actual instanceof JsonArray found) {
                if (!found.elements().containsAll(wanted.elements())) {
                    differences.put(where, Json.print(wanted) + " / " + Json.print(found));
                }
            } else if (!Objects.equals(expected, actual)) {
                differences.put(where, expected + " / " + actual);
            }
        }
    }

    @Test
    void saysOfItsCommandsAndEventsWhatThePeerSays() throws Exception {
        Told peer = Told.of(peerSchema());
        Told ours;
        try (TestDaemon daemon = new TestDaemon()) {
            ours = Told.of(daemon.execute("query-qmp-schema"));
        }
        Comparison comparison = new Comparison(peer, ours);
        int compared = 0;
        for (String name : peer.entities().keySet()) {
            if (peer.isCommandOrEvent(name) && ours.isCommandOrEvent(name)) {
                comparison.compare(name, name, name);
                compared++;
            }
        }

        assertThat(comparison.differences).isEmpty();
        assertThat(compared).isGreaterThan(60);
    }

    @Test
    void hasTheCommandsOfThePeer() throws Exception {
        Told peer = Told.of(peerSchema());
        try (TestDaemon daemon = new TestDaemon()) {
            Told ours = Told.of(daemon.execute("query-qmp-schema"));
            List<String> missing =
                    peer.entities().keySet().stream()
                            .filter(peer::isCommandOrEvent)
                            .filter(name -> !ours.isCommandOrEvent(name))
                            .sorted()
                            .toList();

            assertThat(missing).isEmpty();
        }
    }

    private static JsonValue peerSchema() throws Exception {
        PeerPrograms.require(PEER);
        Process process =
                new ProcessBuilder(PEER, "--chardev", "stdio,id=m", "--monitor", "m").start();
        try (BufferedReader from = process.inputReader();
                OutputStream to = process.getOutputStream()) {
            String requests = "{'execute':'qmp_capabilities'}{'execute':'query-qmp-schema'}";
            to.write(requests.getBytes(StandardCharsets.UTF_8));
            to.flush();
            from.readLine();
            from.readLine();
            return Objects.requireNonNull(
                    Json.parseObject(Objects.requireNonNull(from.readLine())).get("return"));
        } finally {
            process.destroy();
        }
    }
}
