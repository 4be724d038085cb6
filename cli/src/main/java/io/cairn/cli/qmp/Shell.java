package io.cairn.cli.qmp;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.qmp.ServerSchema.Member;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A session with a server: carries out line after line, and shows replies and events.
final class Shell {
    static final String HELP = "help";
    static final String EXIT = "exit";

    /// What the shell does itself. No command of QMP has these names.
    static final List<String> LOCAL_COMMANDS = List.of(EXIT, HELP);

    private final Dialogue dialogue;
    private final QmpClient client;
    private final LazySchema schema;
    private final CommandText parser;

    /// Whether the user has left, or told the server to quit.
    private boolean isOver;

    Shell(Dialogue dialogue, QmpClient client) {
        this.dialogue = dialogue;
        this.client = client;
        schema = new LazySchema(client);
        parser = new CommandText(schema);
        dialogue.completeBy(schema);
    }

    /// Takes lines until there are no more, the user leaves, or the server goes or is told to.
    ///
    /// @return whether each command succeeded and the server did not go unasked
    boolean run() {
        boolean isGood = true;
        for (String line = dialogue.next(); line != null; line = dialogue.next()) {
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                isGood &= execute(text);
            }
            if (isOver || client.isGone()) {
                break;
            }
        }
        if (!isOver && client.isGone()) {
            dialogue.error(client.farewell());
            return false;
        }
        return isGood;
    }

    private boolean execute(String text) {
        try {
            List<String> words = text.startsWith("{") ? List.of(text) : Words.split(text);
            switch (words.getFirst()) {
                case HELP -> {
                    return help(words);
                }
                case EXIT -> {
                    isOver = true;
                    return true;
                }
                default -> {}
            }
            JsonObject message = parser.parse(text);
            JsonObject reply = client.request(message);
            if (reply.get("error") instanceof JsonObject error) {
                dialogue.error(QmpClient.describe(error));
                return false;
            }
            isOver = CommandText.isQuit(message);
            JsonValue result = reply.get("return");
            if (result != null) {
                dialogue.print(show(result));
            }
            return true;
        } catch (ToolException e) {
            // That the server has gone is said once, at the end.
            if (!client.isGone()) {
                dialogue.error(e.getMessage());
            }
            return false;
        }
    }

    private static String show(JsonValue result) {
        return switch (result) {
            case JsonObject object when object.members().isEmpty() -> "{}";
            case JsonArray array when array.elements().isEmpty() -> "[]";
            // Such as the human monitor's, which has lines of its own.
            case JsonString text -> text.value().stripTrailing();
            default -> Json.printPretty(result);
        };
    }

    /// `event NAME TIME {…}` on one line.
    static String show(JsonObject event) {
        StringBuilder text =
                new StringBuilder("event ").append(QmpClient.text(event.get("event"), "?"));
        if (event.get("timestamp") instanceof JsonObject time
                && time.get("seconds") instanceof JsonInteger seconds
                && time.get("microseconds") instanceof JsonInteger micros
                && seconds.bits() >= 0) {
            text.append(' ')
                    .append(
                            Instant.ofEpochSecond(
                                    Math.min(seconds.bits(), Integer.MAX_VALUE * 4L),
                                    TimeUnit.MICROSECONDS.toNanos(micros.bits())));
        }
        if (event.get("data") instanceof JsonObject data) {
            text.append(' ').append(Json.print(data));
        }
        return text.toString();
    }

    private boolean help(List<String> words) throws ToolException {
        if (words.size() == 1) {
            dialogue.print(QmpHelp.COMMANDS + String.join("\n", schema.get().commands()));
            return true;
        }
        String name = words.get(1);
        if (!schema.get().commands().contains(name)) {
            throw ToolException.of("The command " + name + " has not been found");
        }
        dialogue.print(name + describe(schema.get().argumentsOf(name)));
        return true;
    }

    /// The arguments, a line each, those that may be left out in brackets.
    private String describe(String type) {
        Map<Boolean, List<Member>> members =
                schema.get().members(type, tag -> "").stream()
                        .collect(Collectors.partitioningBy(Member::isOptional));
        StringBuilder text = new StringBuilder();
        for (Member member : members.getOrDefault(false, List.of())) {
            text.append("\n  ").append(member.name());
            text.append('=').append(schema.get().describe(member.type()));
        }
        for (Member member : members.getOrDefault(true, List.of())) {
            text.append("\n  [").append(member.name());
            text.append('=').append(schema.get().describe(member.type())).append(']');
        }
        return text.toString();
    }
}
