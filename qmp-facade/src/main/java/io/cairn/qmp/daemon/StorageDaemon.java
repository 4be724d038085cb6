package io.cairn.qmp.daemon;

import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.JsonObject;
import io.cairn.block.os.ByteStream;
import io.cairn.qmp.command.Dispatcher;
import io.cairn.qmp.monitor.Monitor;
import io.cairn.qmp.monitor.MonitorOptions;
import io.cairn.qmp.schema.QmpSchema;
import io.cairn.qmp.schema.Schema;
import io.cairn.qmp.service.StorageService;

/// A storage service with its commands.
public final class StorageDaemon implements AutoCloseable {
    private static final int MAJOR = 7;
    private static final int MINOR = 2;
    private static final int MICRO = 0;

    private final StorageService service;
    private final Dispatcher dispatcher;
    private final JsonObject version;

    /// @param graph which the daemon owns from now on
    public StorageDaemon(BlockGraph graph) {
        Schema schema = QmpSchema.load();
        version = version();
        service = new StorageService(graph, schema);
        dispatcher = new Dispatcher(Families.table(schema, service, version));
    }

    /// The release whose commands these are, and in `package` who we are.
    private static JsonObject version() {
        Module module = StorageDaemon.class.getModule();
        String release =
                module.getDescriptor() == null
                        ? ""
                        : module.getDescriptor().rawVersion().map(" "::concat).orElse("");
        JsonObject triple =
                JsonObject.builder()
                        .put("major", MAJOR)
                        .put("minor", MINOR)
                        .put("micro", MICRO)
                        .build();
        return JsonObject.builder()
                .put("qemu", triple)
                .put("package", "cairn".concat(release))
                .build();
    }

    public StorageService service() {
        return service;
    }

    /// Makes a monitor for a client. Whoever runs it closes the stream afterwards.
    ///
    /// @param name for the names of its threads
    public Monitor monitor(ByteStream stream, String name, boolean isPretty) {
        MonitorOptions options = new MonitorOptions(name, version, isPretty);
        return new Monitor(stream, dispatcher, service.events(), options);
    }

    @Override
    public void close() {
        service.close();
    }
}
