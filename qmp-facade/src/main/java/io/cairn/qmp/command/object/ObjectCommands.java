package io.cairn.qmp.command.object;

import io.cairn.block.BlockException;
import io.cairn.block.object.Iothread;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import java.util.ArrayList;
import java.util.List;

/// Objects that users make, and the tree in which they are (QMP reference manual, "QEMU Object
/// Model (QOM)").
public final class ObjectCommands implements CommandFamily {
    private final ObjectRegistry objects;
    private final ObjectTree tree;

    public ObjectCommands(StorageService service) {
        this.objects = service.graph().objects();
        this.tree = new ObjectTree(service);
    }

    /// The arguments of `object-add`.
    ///
    /// @param properties those of the type
    private record Addition(String type, String id, JsonObject properties) {
        static Addition read(Arguments in) {
            JsonObject.Builder properties = JsonObject.builder();
            in.all()
                    .members()
                    .forEach((name, value) -> {
                        if (!name.equals("qom-type") && !name.equals("id")) {
                            properties.put(name, value);
                        }
                    });
            return new Addition(in.string("qom-type"), in.string("id"), properties.build());
        }
    }

    /// The arguments of `object-del`.
    private record Removal(String id) {
        static Removal read(Arguments in) {
            return new Removal(in.string("id"));
        }
    }

    /// The arguments of `qom-list`.
    private record Path(String path) {
        static Path read(Arguments in) {
            return new Path(in.string("path"));
        }
    }

    /// The arguments of `qom-get`.
    private record Property(String path, String property) {
        static Property read(Arguments in) {
            return new Property(in.string("path"), in.string("property"));
        }
    }

    /// The arguments of `qom-set`.
    private record Setting(String path, String property, JsonValue value) {
        static Setting read(Arguments in) {
            return new Setting(in.string("path"), in.string("property"), in.value("value"));
        }
    }

    /// The arguments of `qom-list-types`.
    private record Types(String implementing, boolean isAbstract) {
        static Types read(Arguments in) {
            return new Types(in.string("implements", ""), in.bool("abstract", false));
        }
    }

    /// The arguments of `qom-list-properties`.
    private record TypeName(String name) {
        static TypeName read(Arguments in) {
            return new TypeName(in.string("typename"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("object-add", Addition::read, this::add);
        table.add("object-del", Removal::read, in -> objects.remove(in.id()));
        table.query("query-iothreads", this::iothreads);
        table.query("qom-list", Path::read, in -> CommandTable.list(tree.list(in.path())));
        table.query("qom-get", Property::read, in -> tree.get(in.path(), in.property()));
        table.add("qom-set", Setting::read, in -> tree.set(in.path(), in.property(), in.value()));
        table.query("qom-list-types", Types::read, this::types);
        table.query(
                "qom-list-properties",
                TypeName::read,
                in -> CommandTable.list(tree.listOfType(in.name())));
    }

    private void add(Addition addition) throws BlockException {
        objects.add(
                addition.type(),
                addition.id(),
                Options.flattenArguments(addition.properties()),
                Dialect.QMP);
    }

    /// The thread of all of them is this process, since requests choose theirs by themselves.
    private JsonValue iothreads() {
        List<JsonObject> threads = new ArrayList<>();
        for (String id : objects.ids()) {
            if (objects.find(id).orElse(null) instanceof Iothread thread) {
                threads.add(
                        JsonObject.builder()
                                .put("id", thread.id())
                                .put("thread-id", ProcessHandle.current().pid())
                                .put("poll-max-ns", thread.pollMaxNanos())
                                .put("poll-grow", thread.pollGrow())
                                .put("poll-shrink", thread.pollShrink())
                                .put("aio-max-batch", thread.aioMaxBatch())
                                .build());
            }
        }
        return CommandTable.list(threads.reversed());
    }

    /// No type of ours stands for others.
    private JsonValue types(Types asked) {
        boolean isNone =
                !asked.implementing().isEmpty()
                        && !asked.implementing().equals("object")
                        && !asked.implementing().equals("user-creatable");
        return CommandTable.list(
                objects.types().stream()
                        .filter(type -> !isNone || type.equals(asked.implementing()))
                        .map(type ->
                                JsonObject.builder()
                                        .put("name", type)
                                        .put("parent", "object")
                                        .build())
                        .toList());
    }
}
