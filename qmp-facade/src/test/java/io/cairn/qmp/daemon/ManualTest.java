package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Checker;
import io.cairn.qmp.schema.Definition;
import io.cairn.qmp.schema.Input;
import io.cairn.qmp.schema.QmpSchema;
import io.cairn.qmp.schema.Schema;
import io.cairn.testimages.PeerPrograms;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Compares the schema with what the manual lists, and with the manual's examples. The manual is
/// beside the checkout, as data.
class ManualTest {
    private static final Path MANUAL =
            Path.of(System.getProperty("cairn.root", ".."), "..", "shared", "qmp");

    /// What the manual lists of drivers, ciphers and permissions that later releases of the peer
    /// have dropped, or has moved into the base of a union.
    private static final Set<String> DROPPED =
            Set.of(
                    "BlockPermission graph-mod",
                    "BlockdevDriver sheepdog",
                    "BlockdevDriver vxhs",
                    "QCryptoCipherAlgorithm des-rfb",
                    "RunState preconfig",
                    "SchemaInfoCommand features",
                    "SchemaInfoObject features",
                    "object-add props");

    /// Examples that the manual has not kept up with its own types: members are missing or renamed.
    private static final Set<String> STALE_EXAMPLES =
            Set.of(
                    "query-block",
                    "query-blockstats",
                    "query-named-block-nodes",
                    "BLOCK_IMAGE_CORRUPTED",
                    "BLOCK_IO_ERROR",
                    "RESET",
                    "SHUTDOWN",
                    "trace-event-get-state");

    /// Requests of the manual that its own types refuse: a string where a boolean belongs.
    private static final Set<String> WRONG_REQUESTS = Set.of("trace-event-set-state");

    private static List<String> lines(String file) throws IOException {
        Path path = MANUAL.resolve(file);
        if (!Files.exists(path)) {
            PeerPrograms.skip("there is no " + path);
        }
        return Files.readAllLines(path);
    }

    @Test
    void hasEveryMemberOfItsCommandsEventsAndTypes() throws Exception {
        Schema schema = QmpSchema.load();
        Set<String> missing = new TreeSet<>();
        int checked = 0;
        for (String line : lines("members.tsv")) {
            String[] row = line.split("\t", -1);
            String kind = row[0];
            String name = row[1];
            String member = row[2];
            Set<String> known =
                    switch (kind) {
                        case "command" ->
                                schema.command(name)
                                        .map(command -> members(schema, command.arguments()))
                                        .orElse(Set.of());
                        case "event" ->
                                schema.event(name)
                                        .map(event -> members(schema, event.data()))
                                        .orElse(Set.of());
                        case "object" ->
                                schema.find(name) instanceof Definition.Struct
                                        ? members(schema, name)
                                        : Set.of();
                        case "enum" ->
                                schema.find(name) instanceof Definition.Choice choice
                                        ? values(choice)
                                        : Set.of();
                        default -> Set.of();
                    };
            if (known.isEmpty() || member.equals("*") || member.equals("(return)")) {
                continue;
            }
            checked++;
            if (!known.contains(member)) {
                missing.add(name + " " + member);
            }
        }
        missing.removeAll(DROPPED);

        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(700);
    }

    private static Set<String> values(Definition.Choice choice) {
        Set<String> values = new HashSet<>();
        choice.values().forEach(value -> values.add(value.name()));
        return values;
    }

    /// The members of a type, of all its cases too.
    private static Set<String> members(Schema schema, String type) {
        Set<String> members = new HashSet<>();
        Definition.Struct struct = schema.struct(type);
        struct.members().forEach(member -> members.add(member.name()));
        struct.cases().values().forEach(further -> members.addAll(members(schema, further)));
        return members;
    }

    @Test
    void takesTheArgumentsOfTheManualsExamples() throws Exception {
        Schema schema = QmpSchema.load();
        Checker checker = new Checker(schema, Input.QMP);
        List<String> problems = new ArrayList<>();
        int checked = 0;
        for (JsonObject example : examples()) {
            if (!(example.get("request") instanceof JsonObject request)
                    || !(request.get("execute") instanceof JsonString name)) {
                continue;
            }
            Definition.Command command = schema.command(name.value()).orElse(null);
            JsonObject arguments =
                    request.get("arguments") instanceof JsonObject given ? given : JsonObject.EMPTY;
            if (command == null || WRONG_REQUESTS.contains(name.value())) {
                continue;
            }
            checked++;
            try {
                checker.arguments(command.arguments(), arguments);
            } catch (InvalidOptionException e) {
                problems.add(name.value() + ": " + e.getMessage());
            }
        }

        assertThat(problems).isEmpty();
        assertThat(checked).isGreaterThan(50);
    }

    @Test
    void promisesTheShapeOfTheManualsReplies() throws Exception {
        Schema schema = QmpSchema.load();
        Checker checker = new Checker(schema, Input.QMP);
        List<String> problems = new ArrayList<>();
        int checked = 0;
        for (JsonObject example : examples()) {
            for (JsonValue response : array(example.get("responses"))) {
                if (!(response instanceof JsonObject object)) {
                    continue;
                }
                String problem = null;
                JsonValue result = object.get("return");
                if (object.get("event") instanceof JsonString event) {
                    String data =
                            schema.event(event.value()).map(Definition.Event::data).orElse(null);
                    JsonValue told = object.get("data");
                    problem =
                            data == null
                                    ? null
                                    : checker.problem(data, told == null ? JsonObject.EMPTY : told);
                } else if (result != null
                        && example.get("command") instanceof JsonString name
                        && schema.command(name.value()).isPresent()) {
                    problem =
                            checker.problem(
                                    schema.command(name.value()).orElseThrow().returns(), result);
                } else {
                    continue;
                }
                checked++;
                if (problem != null
                        && !STALE_EXAMPLES.contains(TestDaemon.text(example, "entry"))) {
                    problems.add(TestDaemon.text(example, "entry") + ": " + problem);
                }
            }
        }

        assertThat(problems).isEmpty();
        assertThat(checked).isGreaterThan(60);
    }

    private static List<JsonValue> array(@Nullable JsonValue value) {
        return value instanceof JsonArray array ? array.elements() : List.of();
    }

    private static List<JsonObject> examples() throws Exception {
        List<JsonObject> examples = new ArrayList<>();
        for (String line : lines("examples.jsonl")) {
            examples.add(Json.parseObject(line));
        }
        return examples;
    }
}
