package io.cairn.qmp.command;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.schema.Definition;
import io.cairn.qmp.schema.Schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The commands that there are, by name. Filled once, before the first monitor; then read by all
/// threads.
///
/// A command that is added must stand in the schema. What is added by `query` runs beside other
/// commands, everything else one at a time.
public final class CommandTable {
    private final Schema schema;
    private final Map<String, Command<?>> commands = new LinkedHashMap<>();

    public CommandTable(Schema schema) {
        this.schema = schema;
    }

    /// The schema in which the commands stand.
    public Schema schema() {
        return schema;
    }

    /// Adds a command whose result is an empty object.
    public <A> void add(String name, Handlers.Reader<A> reader, Handlers.Action<A> action) {
        put(
                name,
                reader,
                (arguments, _) -> {
                    action.run(arguments);
                    return JsonObject.EMPTY;
                },
                false);
    }

    /// Adds a command without arguments whose result is an empty object.
    public void add(String name, Handlers.PlainAction action) {
        add(name, _ -> JsonObject.EMPTY, _ -> action.run());
    }

    /// Adds a command that changes something and has a result.
    public <A> void addAnswering(String name, Handlers.Reader<A> reader, Handlers.Query<A> query) {
        put(name, reader, (arguments, _) -> query.run(arguments), false);
    }

    /// Adds a command that changes nothing.
    public <A> void query(String name, Handlers.Reader<A> reader, Handlers.Query<A> query) {
        put(name, reader, (arguments, _) -> query.run(arguments), true);
    }

    /// Adds a command without arguments that changes nothing.
    public void query(String name, Handlers.PlainQuery query) {
        put(name, _ -> JsonObject.EMPTY, (_, _) -> query.run(), true);
    }

    /// Adds a command about the monitor on which it comes.
    public <A> void addAboutMonitor(
            String name, Handlers.Reader<A> reader, Handlers.MonitorQuery<A> handler) {
        put(name, reader, handler, false);
    }

    private <A> void put(
            String name,
            Handlers.Reader<A> reader,
            Handlers.MonitorQuery<A> handler,
            boolean isConcurrent) {
        Definition.Command definition =
                schema.command(name)
                        .orElseThrow(() -> new IllegalArgumentException("no command " + name));
        Command<A> command = new Command<>(definition, reader, handler, isConcurrent);
        if (commands.putIfAbsent(name, command) != null) {
            throw new IllegalArgumentException(name);
        }
    }

    /// The command of that name.
    public Optional<Command<?>> find(String name) {
        return Optional.ofNullable(commands.get(name));
    }

    /// What the schema says of all commands that there are.
    public List<Definition.Command> definitions() {
        return commands.values().stream().<Definition.Command>map(Command::definition).toList();
    }

    /// A list for an answer.
    public static JsonValue list(List<? extends JsonValue> elements) {
        return new JsonArray(List.copyOf(elements));
    }
}
