package io.cairn.qmp.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Keyval;
import io.cairn.block.os.ByteStream;
import io.cairn.qmp.chardev.Chardev;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.Dispatcher;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.command.export.ExportCommands;
import io.cairn.qmp.hmp.HumanCommands;
import io.cairn.qmp.hmp.HumanMonitor;
import io.cairn.qmp.hmp.ImageConsole;
import io.cairn.qmp.hmp.Readline;
import io.cairn.qmp.monitor.Monitor;
import io.cairn.qmp.monitor.MonitorOptions;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.schema.Checker;
import io.cairn.qmp.schema.Input;
import io.cairn.qmp.schema.QmpSchema;
import io.cairn.qmp.schema.Schema;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A storage service with its commands.
public final class StorageDaemon implements AutoCloseable {
    private static final int MAJOR = 7;
    private static final int MINOR = 2;
    private static final int MICRO = 0;
    private static final long MAX_SENDING_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final StorageService service;
    private final CommandTable table;
    private final Dispatcher dispatcher;
    private final JsonObject version;
    private final Schema schema;
    private final HumanCommands humanCommands;
    private final HumanMonitor humans;

    /// Open as soon as the daemon has started, or never will.
    private final Semaphore passed = new Semaphore(0);

    private volatile boolean isStarted;

    private final Set<Monitor> monitors = ConcurrentHashMap.newKeySet();
    private final Semaphore closed = new Semaphore(0);
    private final MonitorOptions.Life life =
            new MonitorOptions.Life() {
                @Override
                public boolean awaitStart() {
                    await(passed);
                    return isStarted;
                }

                @Override
                public boolean isEnding() {
                    return service().isQuitting();
                }

                @Override
                public void awaitEnd() {
                    await(closed);
                }
            };

    /// @param graph which the daemon owns from now on
    public StorageDaemon(BlockGraph graph) {
        schema = QmpSchema.load();
        version = version();
        service = new StorageService(graph, schema);
        humanCommands = new HumanCommands(service, this::execute);
        humans = humanCommands.monitor();
        table = Families.table(schema, service, version, humans);
        dispatcher = new Dispatcher(table);
    }

    private JsonValue execute(String command, JsonObject arguments)
            throws BlockException, QmpException {
        return dispatcher.run(command, arguments, Input.QMP);
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

    /// The commands that there are.
    CommandTable table() {
        return table;
    }

    public StorageService service() {
        return service;
    }

    /// Makes a monitor for a client. Whoever runs it closes the stream afterwards.
    ///
    /// @param name for the names of its threads
    public Monitor monitor(ByteStream stream, String name, boolean isPretty) {
        MonitorOptions options = new MonitorOptions(name, version, isPretty, life);
        return new Monitor(stream, dispatcher, service.events(), options);
    }

    // ---- the options of the command line

    /// Opens a node as `--blockdev` asks for.
    public void addNode(String text) throws BlockException, QmpException {
        run("blockdev-add", text, "driver");
    }

    /// Exports a node as `--export` asks for.
    public void addExport(String text) throws BlockException, QmpException {
        run("block-export-add", text, "type");
    }

    /// Says what becomes of the machine, as `-action` asks for.
    public void setActions(String text) throws BlockException, QmpException {
        Set<String> known = Set.of("reboot", "shutdown", "panic", "watchdog");
        for (Keyval.Pair pair : Keyval.parseOpts(text, null).pairs()) {
            if (!known.contains(pair.key())) {
                throw new InvalidOptionException("Invalid parameter '" + pair.key() + "'");
            }
        }
        run("set-action", text, null);
    }

    private void run(String command, String text, @Nullable String impliedKey)
            throws BlockException, QmpException {
        dispatcher.run(command, parse(text, impliedKey), input(text));
    }

    /// Starts the NBD server as `--nbd-server` asks for.
    public void startNbdServer(String text) throws BlockException {
        JsonObject given = parse(text, null);
        JsonObject checked = new Checker(schema, input(text)).arguments("NbdServerOptions", given);
        new ExportCommands(service).start(ExportCommands.Start.read(new Arguments(checked)));
    }

    /// Makes a character device as `--chardev` asks for.
    public Chardev addChardev(String text) throws BlockException {
        return service.chardevFactory().add(text);
    }

    /// Starts a monitor as `--monitor` asks for.
    public void addMonitor(String text) throws BlockException {
        addMonitor(text, "control", false);
    }

    /// Makes a monitor.
    ///
    /// @param standard its mode if the text does not say
    /// @param isForHumans whether there may be monitors for people
    public void addMonitor(String text, String standard, boolean isForHumans)
            throws BlockException {
        JsonObject given = parse(text, "chardev");
        Arguments in =
                new Arguments(new Checker(schema, input(text)).arguments("MonitorOptions", given));
        String chardev = in.string("chardev");
        if (in.string("mode", standard).equals("readline")) {
            if (!isForHumans) {
                throw new InvalidOptionException("Only QMP is supported");
            }
            addHumanMonitor(chardev);
            return;
        }
        boolean isPretty = in.bool("pretty", false);
        boolean isGreetedAtOnce = isStandardStream(chardev);
        service.chardevs()
                .attach(
                        chardev,
                        stream -> {
                            if (isGreetedAtOnce || life.awaitStart()) {
                                serve(monitor(stream, chardev, isPretty));
                            }
                        });
    }

    private void addHumanMonitor(String chardev) throws BlockException {
        String greeting =
                "QEMU "
                        + MAJOR
                        + "."
                        + MINOR
                        + "."
                        + MICRO
                        + " monitor - type 'help' for more information";
        boolean isGreetedAtOnce = isStandardStream(chardev);
        Semaphore greeted = new Semaphore(0);
        service.chardevs()
                .attach(
                        chardev,
                        stream -> {
                            if (!isGreetedAtOnce && !life.awaitStart()) {
                                return;
                            }
                            Readline session = new Readline(stream, this::line);
                            session.greet(greeting);
                            greeted.release();
                            if (life.awaitStart()) {
                                session.run();
                            }
                        });
        if (isGreetedAtOnce) {
            await(greeted);
        }
    }

    private boolean isStandardStream(String chardev) {
        return service.chardevs().standardStream().filter(chardev::equals).isPresent();
    }

    private static void await(Semaphore passage) {
        passage.acquireUninterruptibly();
        passage.release();
    }

    private @Nullable String line(String text) {
        try (Dispatcher.Exclusion _ = dispatcher.exclude()) {
            String printed = humans.execute(text);
            return service.isQuitting() ? null : printed;
        }
    }

    /// Lets people's commands read, write and examine images.
    public void setConsole(ImageConsole console) {
        humanCommands.setConsole(
                new ImageConsole() {
                    @Override
                    public String execute(BlockBackend backend, String command) {
                        awaitSent();
                        return console.execute(backend, command);
                    }

                    @Override
                    public String executeAndClose(BlockBackend backend, String command) {
                        awaitSent();
                        return console.executeAndClose(backend, command);
                    }
                });
    }

    /// Sends what commands have to tell people, line by line, to a place of the process's own.
    public void setAnnouncer(Consumer<String> announcer) {
        service.setAnnouncer(line -> {
            awaitSent();
            announcer.accept(line);
        });
    }

    /// Lets what monitors have to send go out, before something is printed that may come to the
    /// same place; a client that does not read is not waited for.
    private void awaitSent() {
        long deadline = System.nanoTime() + MAX_SENDING_NANOS;
        for (Monitor monitor : monitors) {
            monitor.awaitSent(deadline);
        }
    }

    /// Has something done whenever a command of a client has been answered, by the thread that did
    /// so.
    public void setAfterCommand(Runnable action) {
        dispatcher.setAfterCommand(action);
    }

    /// Has monitors listen to their clients: all that the command line asks for is there. Before
    /// that a client of the standard streams is greeted, and one that connects is not.
    public void start() {
        isStarted = true;
        passed.release();
    }

    private void serve(Monitor monitor) {
        monitors.add(monitor);
        try {
            monitor.run();
        } finally {
            monitors.remove(monitor);
        }
    }

    private static Input input(String text) {
        return text.startsWith("{") ? Input.QMP : Input.KEYVAL;
    }

    private static JsonObject parse(String text, @Nullable String impliedKey)
            throws InvalidOptionException {
        if (!text.startsWith("{") && Keyval.parse(text, impliedKey).help()) {
            throw new InvalidOptionException("Help is not available for this option");
        }
        return Keyval.parseObject(text, impliedKey);
    }

    /// Ends everything; clients are told of what happens meanwhile.
    @Override
    public void close() throws BlockException {
        try {
            service.close();
        } finally {
            release();
        }
    }

    /// The same, telling what could not be flushed before clients get their last answer.
    public void close(Consumer<BlockException> unwritten) {
        try {
            service.close();
        } catch (BlockException e) {
            unwritten.accept(e);
        } finally {
            release();
        }
    }

    private void release() {
        passed.release();
        closed.release();
        monitors.forEach(Monitor::finish);
        service.chardevs().close();
    }
}
