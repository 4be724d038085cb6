package io.cairn.qmp.schema;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All that is declared. Immutable.
public final class Schema {
    /// The type of arguments that have no members.
    public static final Definition.Struct EMPTY =
            new Definition.Struct("Empty", List.of(), null, Map.of(), List.of());

    /// The name of a member that stands for all others, of whatever names; clients are not told.
    static final String OTHERS = "*";

    private final Map<String, Definition> types = new LinkedHashMap<>();
    private final Map<String, Definition.Command> commands = new LinkedHashMap<>();
    private final Map<String, Definition.Event> events = new LinkedHashMap<>();

    private Schema() {
        types.put(EMPTY.name(), EMPTY);
    }

    /// The schema that resources of a class declare; what one file refers to may stand in another.
    ///
    /// @param owner a class whose package holds the files
    /// @param files their names
    /// @throws IllegalArgumentException if a file is not well formed, or refers to what there is
    ///   not
    public static Schema load(Class<?> owner, List<String> files) {
        Schema schema = new Schema();
        for (String file : files) {
            schema.read(file, text(owner, file));
        }
        schema.requireComplete();
        return schema;
    }

    /// The schema of a text.
    ///
    /// @throws IllegalArgumentException as {@link #load}
    public static Schema parse(String text) {
        Schema schema = new Schema();
        schema.read("text", text);
        schema.requireComplete();
        return schema;
    }

    private void read(String source, String text) {
        for (Definition definition : new SchemaParser(source, text).parse()) {
            boolean isNew = add(definition);
            if (!isNew) {
                throw new IllegalArgumentException(definition.name() + " is declared twice");
            }
        }
    }

    /// Adds what has a name that is free. Every start comes by here: a chain of tests needs nothing
    /// made by the JVM, as a switch over patterns does.
    private boolean add(Definition definition) {
        if (definition instanceof Definition.Command command) {
            return commands.putIfAbsent(command.name(), command) == null;
        }
        if (definition instanceof Definition.Event event) {
            return events.putIfAbsent(event.name(), event) == null;
        }
        return types.putIfAbsent(definition.name(), definition) == null;
    }

    private static String text(Class<?> owner, String file) {
        try (InputStream in = owner.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("no schema file " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The command of that name.
    public Optional<Definition.Command> command(String name) {
        return Optional.ofNullable(commands.get(name));
    }

    /// The event of that name.
    public Optional<Definition.Event> event(String name) {
        return Optional.ofNullable(events.get(name));
    }

    /// All commands, in the order of their declaration.
    public List<Definition.Command> commands() {
        return List.copyOf(commands.values());
    }

    /// All events, in the order of their declaration.
    public List<Definition.Event> events() {
        return List.copyOf(events.values());
    }

    /// The declared type of that name, null if there is none; built-in ones and lists have no
    /// declaration.
    public @Nullable Definition find(String name) {
        return types.get(name);
    }

    /// The type of objects of that name.
    public Definition.Struct struct(String name) {
        if (types.get(name) instanceof Definition.Struct struct) {
            return struct;
        }
        throw new IllegalArgumentException(name);
    }

    /// The type of the elements of a list, null if the name is not that of one.
    static @Nullable String elementOf(String type) {
        return type.startsWith("[") ? type.substring(1, type.length() - 1) : null;
    }

    private void requireComplete() {
        for (Definition type : types.values()) {
            if (type instanceof Definition.Struct struct) {
                requireComplete(struct);
            } else if (type instanceof Definition.Alternate alternate) {
                alternate.types().forEach(this::requireType);
            }
        }
        for (Definition.Command command : commands.values()) {
            requireType(command.arguments());
            if (command.returns() != null) {
                requireType(command.returns());
            }
        }
        events.values().forEach(event -> requireType(event.data()));
    }

    private void requireComplete(Definition.Struct struct) {
        struct.members().forEach(member -> requireType(member.type()));
        struct.cases().values().forEach(this::struct);
        String tag = struct.tag();
        if (tag == null) {
            return;
        }
        for (Definition.Member member : struct.members()) {
            if (member.name().equals(tag)
                    && types.get(member.type()) instanceof Definition.Choice choice
                    && struct.cases().keySet().stream().allMatch(choice::contains)) {
                return;
            }
        }
        throw new IllegalArgumentException(struct.name() + " has no such tag as " + tag);
    }

    private void requireType(String name) {
        String element = elementOf(name);
        if (element != null) {
            requireType(element);
        } else if (Builtin.find(name) == null && !types.containsKey(name)) {
            throw new IllegalArgumentException("no type " + name);
        }
    }
}
