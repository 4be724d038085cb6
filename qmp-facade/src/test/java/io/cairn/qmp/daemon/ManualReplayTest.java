package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.os.FdSets;
import io.cairn.qmp.device.DriveInterface;
import io.cairn.qmp.device.DriveMaker;
import io.cairn.qmp.device.DriveOptions;
import io.cairn.qmp.device.MachineType;
import io.cairn.qmp.schema.Checker;
import io.cairn.qmp.schema.Input;
import io.cairn.qmp.schema.QmpSchema;
import io.cairn.qmp.schema.Schema;
import io.cairn.qmp.service.StorageService;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Sends the requests of the manual's examples of core commands to daemons that have what the
/// examples speak of, and checks that the replies are what the manual promises. The manual is
/// beside the checkout, as data.
class ManualReplayTest {
    private static final Path EXAMPLES =
            Path.of(
                    System.getProperty("cairn.root", ".."),
                    "..",
                    "shared",
                    "qmp",
                    "examples.jsonl");

    /// Requests that must fail though the manual shows no failure, and how.
    private static final Map<String, String> REFUSED =
            Map.of(
                    "block_passwd", "Setting block passwords directly is no longer supported",
                    "change vnc", "Device 'vnc' not found",
                    // The example gives a string where a boolean belongs.
                    "trace-event-set-state", "Invalid parameter type for 'enable'",
                    // As the peer says: the example is older than that rule.
                    "block_set_io_throttle virtio", "the burst length cannot be 0",
                    "transaction internal", "does not support internal snapshots",
                    // There are no trace events.
                    "trace-event-get-state", "unknown event");

    private final Schema schema = QmpSchema.load();
    private final Checker checker = new Checker(schema, Input.QMP);
    private final List<String> problems = new ArrayList<>();

    @TempDir Path directory;

    @Test
    void repliesAsTheManualPromises() throws Exception {
        List<JsonObject> examples = examples();
        Path images = Files.createDirectory(directory.resolve("images"));
        World.makeImages(images);
        World world = null;
        String before = "";
        int replayed = 0;
        try {
            for (JsonObject example : examples) {
                String entry = TestDaemon.text(example, "seed") + TestDaemon.text(example, "entry");
                boolean isAlone = TestDaemon.text(example, "entry").equals("blockdev-add");
                if (world == null || isAlone || !entry.equals(before)) {
                    if (world != null) {
                        world.close();
                    }
                    // A new folder keeps a daemon that is going from the files of the next.
                    Path folder =
                            Files.createDirectory(directory.resolve(Integer.toString(replayed)));
                    world = new World(images, folder, TestDaemon.text(example, "entry"));
                    before = entry;
                }
                replay(world, example);
                replayed++;
            }
        } finally {
            if (world != null) {
                world.close();
            }
        }

        assertThat(problems).isEmpty();
        assertThat(replayed).isGreaterThanOrEqualTo(59);
    }

    private static List<JsonObject> examples() throws Exception {
        if (!Files.exists(EXAMPLES)) {
            PeerPrograms.skip("there is no " + EXAMPLES);
        }
        List<JsonObject> examples = new ArrayList<>();
        for (String line : Files.readAllLines(EXAMPLES)) {
            JsonObject example = Json.parseObject(line);
            if (TestDaemon.text(example, "scope").equals("core")
                    && example.get("request") instanceof JsonObject) {
                examples.add(example);
            }
        }
        return examples;
    }

    private void replay(World world, JsonObject example) throws Exception {
        JsonObject request =
                (JsonObject) world.localize(Objects.requireNonNull(example.get("request")));
        String command = TestDaemon.text(request, "execute");
        JsonObject reply = world.send(command, request);
        String failure =
                reply.get("error") instanceof JsonObject error
                        ? TestDaemon.text(error, "class") + ": " + TestDaemon.text(error, "desc")
                        : "";
        String problem;
        String expected = REFUSED.get(key(command, request));
        JsonObject promised = firstReply(example);
        if (expected != null) {
            problem = failure.contains(expected) ? null : Json.print(reply);
        } else if (promised.get("error") instanceof JsonObject error) {
            String text = TestDaemon.text(error, "class") + ": " + TestDaemon.text(error, "desc");
            problem = failure.equals(world.localize(text)) ? null : Json.print(reply);
        } else {
            JsonValue result = reply.get("return");
            problem =
                    result == null
                            ? Json.print(reply)
                            : checker.problem(
                                    schema.command(command).orElseThrow().returns(), result);
        }
        if (problem != null) {
            problems.add(Json.print(request) + " => " + problem);
        }
    }

    private static String key(String command, JsonObject request) {
        String text = Json.print(request);
        return switch (command) {
            case "change" -> text.contains("\"vnc\"") ? "change vnc" : command;
            case "block_set_io_throttle" ->
                    text.contains("virtio-backend") ? command + " virtio" : command;
            case "transaction" -> text.contains("internal-sync") ? command + " internal" : command;
            default -> command;
        };
    }

    /// The reply among the responses, which may be events too.
    private static JsonObject firstReply(JsonObject example) {
        if (example.get("responses") instanceof JsonArray responses) {
            for (JsonValue response : responses.elements()) {
                if (response instanceof JsonObject object && object.get("event") == null) {
                    return object;
                }
            }
        }
        return JsonObject.EMPTY;
    }

    /// A daemon that has the drives, devices, nodes and files that the manual's examples name.
    private static final class World implements AutoCloseable {
        private static final String SIZE = "2097152";

        /// A file that the system lets nobody open for writing, whoever asks.
        private static final String UNWRITABLE = "/sys/kernel/uevent_seqnum";

        private static final List<String> IMAGES =
                List.of(
                        "hd1.qcow2",
                        "test.qcow2",
                        "my-image2",
                        "my-image3",
                        "drive0",
                        "scratch",
                        "ide-hd0",
                        "ide-hd1",
                        "ide-hd2",
                        "myfile");

        private final Path folder;
        private final TestDaemon daemon = new TestDaemon();
        private final StorageService service = daemon.daemon.service();
        private final DriveMaker maker = new DriveMaker(service.graph(), service.drives());

        World(Path images, Path folder, String entry) throws Exception {
            this.folder = folder;
            service.machine().setType(MachineType.PC);
            service.devices().add(Map.of("driver", "virtio-scsi-pci", "id", "s0"));
            for (String name :
                    List.of(
                            "test.raw",
                            "fedora.iso",
                            "Fedora-12-x86_64-DVD.iso",
                            "cd.raw",
                            "floppy.raw",
                            "fdset.raw")) {
                Files.write(folder.resolve(name), new byte[Integer.parseInt(SIZE)]);
            }
            for (String name : IMAGES) {
                Files.copy(images.resolve(name), folder.resolve(name));
            }
            for (String name : List.of("drive0", "scratch", "ide-hd0", "ide-hd1", "ide-hd2")) {
                drive("if=none,id=" + name + ",format=qcow2,file=" + path(name));
            }
            device("virtio-blk-pci", "drive0", "drive0");
            drive("if=none,id=hot,driver=null-co,size=" + SIZE);
            device("virtio-blk-pci", "virtio-blk-pci0", "hot");
            for (String name : List.of("cd", "ide1-cd0")) {
                drive("if=none,id=" + name + ",media=cdrom,format=raw,file=" + path("cd.raw"));
            }
            device("ide-cd", "ide1-0-1", "cd");
            drive("if=none,id=floppy,format=raw,file=" + path("floppy.raw"));
            device("floppy", "floppyA", "floppy");
            drive("if=none,id=src-id,driver=null-co,read-zeroes=on,size=" + SIZE);
            for (String name : List.of("tgt-id", "target0", "cd-medium")) {
                node(name, "'driver':'null-co','read-zeroes':true,'size':" + SIZE);
            }
            daemon.execute("device_add", "'driver':'ide-cd','id':'ide0-1-0'");
            daemon.execute("blockdev-open-tray", "'id':'ide0-1-0'");
            if (!entry.equals("blockdev-insert-medium")) {
                daemon.execute("blockdev-insert-medium", "'id':'ide0-1-0','node-name':'cd-medium'");
                daemon.execute("blockdev-close-tray", "'id':'ide0-1-0'");
            }
            node("myfile", "'driver':'qcow2','file':" + file("myfile"));
            String child = "{'driver':'null-co','read-zeroes':true,'size':" + SIZE + "}";
            String children = "'children':[" + child + "," + child + "]";
            node("disk1", "'driver':'quorum','vote-threshold':1," + children);
            for (String name : List.of("bitmap0", "bitmap1")) {
                daemon.execute("block-dirty-bitmap-add", "'node':'drive0','name':'" + name + "'");
            }
            daemon.execute("object-add", "'qom-type':'iothread','id':'iothread0'");
            daemon.execute("object-add", "'qom-type':'secret','id':'rng1','data':'x'");
        }

        private String path(String name) {
            return folder.resolve(name).toString();
        }

        private void drive(String options) throws Exception {
            maker.make(DriveOptions.parse(options, DriveInterface.IDE, false));
        }

        private void node(String name, String options) throws Exception {
            daemon.execute("blockdev-add", "'node-name':'" + name + "'," + options);
        }

        private void device(String driver, String id, String drive) throws Exception {
            daemon.execute(
                    "device_add",
                    "'driver':'%s','id':'%s','drive':'%s'".formatted(driver, id, drive));
        }

        private String file(String name) {
            return "{'driver':'file','filename':'" + path(name) + "'}";
        }

        /// Makes the images that all worlds have.
        static void makeImages(Path folder) throws Exception {
            try (TestDaemon maker = new TestDaemon()) {
                for (String name : IMAGES) {
                    String file = "'driver':'file','filename':'" + folder.resolve(name) + "'";
                    create(maker, file + ",'size':0");
                    create(maker, "'driver':'qcow2','file':{" + file + "},'size':" + SIZE);
                }
            }
        }

        private static void create(TestDaemon daemon, String options) throws Exception {
            daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
            daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
            daemon.execute("job-dismiss", "'id':'create'");
        }

        /// The request with paths into this world's folder.
        JsonValue localize(JsonValue value) {
            return switch (value) {
                case JsonObject object -> {
                    JsonObject.Builder builder = JsonObject.builder();
                    // The manual has two nodes open one image, which their locks forbid.
                    boolean isSecond = new JsonString("myfile").equals(object.get("node-name"));
                    object.members()
                            .forEach((name, member) ->
                                    builder.put(
                                            name,
                                            isSecond && name.equals("snapshot-file")
                                                    ? new JsonString(path("my-image3"))
                                                    : localize(member)));
                    yield builder.build();
                }
                case JsonArray array ->
                        new JsonArray(array.elements().stream().map(this::localize).toList());
                case JsonString text -> new JsonString(localize(text.value()));
                default -> value;
            };
        }

        String localize(String text) {
            if (text.contains("/srv/images/ro.img")) {
                return text.replace("/srv/images/ro.img", UNWRITABLE);
            }
            if (FdSets.isName(text)) {
                return path("cd.raw");
            }
            boolean isFile = text.matches("/(some|srv|tmp)/.*|[^/]*\\.(qcow2|img|raw|iso)");
            return isFile ? path(text.substring(text.lastIndexOf('/') + 1)) : text;
        }

        JsonObject send(String command, JsonObject request) throws Exception {
            if (command.equals("qmp_capabilities")) {
                LocalStream fresh = new LocalStream();
                daemon.serve(fresh);
                fresh.line();
                fresh.send(Json.print(request) + "\n");
                JsonObject reply = Json.parseObject(fresh.line());
                fresh.shutdown();
                return reply;
            }
            return daemon.request(Json.print(request));
        }

        @Override
        public void close() throws IOException {
            daemon.close();
        }
    }
}
