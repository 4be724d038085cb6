package io.cairn.qmp.command.job;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.job.amend.AmendJob;
import io.cairn.job.create.CreateJob;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands that make images and change what they are made with (QMP reference manual,
/// "blockdev-create" and "x-blockdev-amend"), in the background.
public final class ImageCommands implements CommandFamily {
    private final StorageService service;

    public ImageCommands(StorageService service) {
        this.service = service;
    }

    /// The arguments of `blockdev-create`.
    ///
    /// @param options checked `BlockdevCreateOptions`
    private record Creation(String jobId, JsonObject options) {
        static Creation read(Arguments in) {
            return new Creation(in.string("job-id"), in.object("options").all());
        }
    }

    /// The arguments of `x-blockdev-amend`.
    ///
    /// @param options checked `BlockdevAmendOptions`
    private record Amendment(String jobId, String nodeName, JsonObject options, boolean force) {
        static Amendment read(Arguments in) {
            return new Amendment(
                    in.string("job-id"),
                    in.string("node-name"),
                    in.object("options").all(),
                    in.bool("force", false));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("blockdev-create", Creation::read, this::create);
        table.add("x-blockdev-amend", Amendment::read, this::amend);
    }

    private void create(Creation creation) throws BlockException, QmpException {
        BlockGraph graph = service.graph();
        BlockDriver driver = driver(creation.options());
        OptionSchema<?> schema =
                driver.createSchema()
                        .orElseThrow(() ->
                                QmpException.generic("Driver does not support blockdev-create"));
        boolean isProtocol = creation.options().get("filename") != null;
        Options options = named(creation.options(), schema);
        service.jobs()
                .start(
                        CreateJob.create(
                                graph,
                                service.jobs(),
                                creation.jobId(),
                                driver,
                                options,
                                isProtocol ? null : source(creation.options().get("file")),
                                source(creation.options().get("data-file"))));
    }

    private void amend(Amendment amendment) throws BlockException, QmpException {
        BlockDriver driver = driver(amendment.options());
        OptionSchema<?> schema = driver.createSchema().orElse(null);
        Options options =
                schema == null
                        ? Options.flattenArguments(amendment.options())
                        : named(amendment.options(), schema);
        service.jobs()
                .start(
                        AmendJob.create(
                                service.graph(),
                                service.jobs(),
                                amendment.jobId(),
                                amendment.nodeName(),
                                driver.name(),
                                options,
                                amendment.force()));
    }

    private BlockDriver driver(JsonObject options) throws QmpException {
        String name = options.get("driver") instanceof JsonString text ? text.value() : "";
        return service.graph()
                .drivers()
                .find(name)
                .orElseThrow(() ->
                        QmpException.generic(
                                "Block driver '" + name + "' not found or not supported"));
    }

    /// The options of an image by the names that the command line has for them; what is storage and
    /// no option is left out.
    private static Options named(JsonObject given, OptionSchema<?> schema) throws BlockException {
        JsonObject.Builder own = JsonObject.builder();
        given.members()
                .forEach((name, value) -> {
                    if (!name.equals("driver")
                            && !name.equals("file")
                            && !name.equals("data-file")) {
                        own.put(name, value);
                    }
                });
        Options flat = Options.flattenArguments(own.build());
        Options named = new Options();
        for (String key : flat.keys()) {
            JsonValue value = flat.get(key);
            if (value != null) {
                named.put(commandLineName(key, schema), value.asText());
            }
        }
        return named;
    }

    private static String commandLineName(String qmpName, OptionSchema<?> schema) {
        for (Option option : schema.list().options()) {
            if (qmpName.equals(option.qmpName())) {
                return option.name();
            }
        }
        return qmpName;
    }

    /// The node that a checked `BlockdevRef` names or describes, null for none.
    private CreateJob.@Nullable Source source(@Nullable JsonValue reference) {
        BlockGraph graph = service.graph();
        return switch (reference) {
            case JsonString name ->
                    needed ->
                            graph.newBackend(
                                    "",
                                    BlockJob.find(graph, name.value()),
                                    needed,
                                    Permissions.ALL);
            case JsonObject described ->
                    needed ->
                            graph.open(
                                    OpenRequest.of(Options.flattenArguments(described)).writable(),
                                    needed,
                                    Permissions.ALL);
            case null, default -> null;
        };
    }
}
