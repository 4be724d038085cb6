package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Debuggable;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

@Timeout(60)
class BlkdebugTest {
    private static final int LENGTH = 64 << 10;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FilterDrivers());
    private final BlockingQueue<BlockEvent> events = new LinkedBlockingQueue<>();
    private MemoryStorage storage = new MemoryStorage();

    @BeforeEach
    void makeDisk() {
        storage = host.put("disk", new MemoryStorage(new byte[LENGTH]));
        graph.graph().listen(events::add);
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private static Options image() {
        return new Options().put("image.driver", MemoryHost.DRIVER).put("image.filename", "disk");
    }

    private BlockBackend open(Options options) throws BlockException {
        return graph.graph()
                .open(
                        new OpenRequest(
                                null, options.put("driver", "blkdebug"), TestGraph.WRITABLE, true),
                        Permissions.ALL,
                        Permissions.ALL);
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocateDirect(length);
    }

    private static void assertFails(ThrowingCall call, Errno errno) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private interface ThrowingCall {
        void run() throws BlockException;
    }

    @Test
    void failsEveryRequestFromItsEventOn() throws BlockException {
        Options rule =
                image().put("inject-error.0.event", "pwritev").put("inject-error.0.errno", 28);
        try (BlockBackend disk = open(rule)) {
            disk.read(0, buffer(512));
            assertFails(() -> disk.write(0, buffer(512), WriteFlags.NONE), Errno.ENOSPC);
            assertFails(() -> disk.read(0, buffer(512)), Errno.ENOSPC);
        }
    }

    @Test
    void failsOnceWhereToldSo() throws BlockException {
        Options rule = image().put("inject-error.event", "none").put("inject-error.once", true);
        try (BlockBackend disk = open(rule)) {
            assertFails(() -> disk.read(0, buffer(512)), Errno.EIO);
            disk.read(0, buffer(512));
        }
    }

    @Test
    void failsOnlyWhatTouchesTheSector() throws BlockException {
        Options rule = image().put("inject-error.0.event", "none").put("inject-error.0.sector", 1);
        try (BlockBackend disk = open(rule)) {
            disk.read(0, buffer(512));
            disk.read(1024, buffer(512));
            assertFails(() -> disk.read(512, buffer(1)), Errno.EIO);
            assertFails(() -> disk.read(0, buffer(2048)), Errno.EIO);
            disk.flush();
        }
    }

    @ParameterizedTest
    @CsvSource({"read", "write", "write-zeroes", "discard", "flush", "block-status"})
    void failsOneKindOfRequest(String type) throws BlockException {
        Options rule =
                image().put("inject-error.0.event", "none").put("inject-error.0.iotype", type);
        try (BlockBackend disk = open(rule)) {
            assertKind(type, "read", () -> disk.read(0, buffer(512)));
            assertKind(type, "write", () -> disk.write(0, buffer(512), WriteFlags.NONE));
            assertKind(type, "write-zeroes", () -> disk.writeZeroes(0, 512, WriteFlags.NONE));
            assertKind(type, "discard", () -> disk.discard(0, 512));
            assertKind(type, "flush", disk::flush);
            assertKind(type, "block-status", () -> disk.status(0, 512, true));
        }
    }

    private static void assertKind(String failing, String kind, ThrowingCall call)
            throws BlockException {
        if (kind.equals(failing)) {
            assertFails(call, Errno.EIO);
        } else {
            call.run();
        }
    }

    @Test
    void leavesStatusAloneByDefault() throws BlockException {
        try (BlockBackend disk = open(image().put("inject-error.0.event", "none"))) {
            assertThat(disk.status(0, LENGTH, true).zero()).isTrue();
        }
    }

    @Test
    void countsEventsByStates() throws BlockException {
        Options rules =
                image().put("set-state.0.event", "pwritev")
                        .put("set-state.0.state", 1)
                        .put("set-state.0.new_state", 2)
                        .put("set-state.1.event", "pwritev")
                        .put("set-state.1.state", 2)
                        .put("set-state.1.new_state", 3)
                        .put("inject-error.0.event", "pwritev")
                        .put("inject-error.0.state", 3)
                        .put("inject-error.0.once", "on");
        try (BlockBackend disk = open(rules)) {
            disk.write(0, buffer(512), WriteFlags.NONE);
            disk.write(0, buffer(512), WriteFlags.NONE);
            assertFails(() -> disk.write(0, buffer(512), WriteFlags.NONE), Errno.EIO);
            disk.write(0, buffer(512), WriteFlags.NONE);
        }
    }

    @Test
    void readsRulesFromAFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("rules");
        Files.writeString(
                file,
                """
                # the second write fails
                [set-state]
                event = "pwritev"
                new_state = "2"

                [inject-error "a"]
                event = "pwritev"
                state = "2"
                errno = "28"
                """);
        String name = "blkdebug:" + file + ":mem:disk";
        OpenRequest request =
                new OpenRequest(
                        name, new Options().put("driver", "blkdebug"), TestGraph.WRITABLE, true);
        try (BlockBackend disk = graph.graph().open(request, Permissions.ALL, Permissions.ALL)) {
            disk.write(0, buffer(512), WriteFlags.NONE);
            assertFails(() -> disk.write(0, buffer(512), WriteFlags.NONE), Errno.ENOSPC);
            assertThat(disk.node().filename()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "event = \"pwritev\" | no group defined",
                "[foo] | There is no option group 'foo'",
                "[inject-error] | Missing event name for rule",
                "[inject-error];event = \"foo\" | invalid parameter value: foo",
                "[inject-error];event = \"pwritev\";foo = \"1\" | Invalid parameter 'foo'",
                "[inject-error];event=\"pwritev\" | Invalid parameter 'event=\"pwritev\"'",
                "[inject-error];event = \"pwritev\";errno = \"x\""
                        + " | Parameter 'errno' expects a number",
                "[set-state \"a\"];[set-state \"a\"] | Duplicate ID 'a' for set-state",
            })
    void saysWhatIsWrongWithAFile(String lines, String message, @TempDir Path directory)
            throws IOException {
        Path file = directory.resolve("rules");
        Files.writeString(file, lines.replace(';', '\n') + "\n");

        assertThatThrownBy(() -> open(image().put("config", file.toString()))).hasMessage(message);
    }

    @Test
    void refusesWrongOptions() {
        assertThatThrownBy(() -> open(image().put("config", "/no/such/file")))
                .hasMessage("Could not read blkdebug config file: No such file or directory");
        assertThatThrownBy(() -> open(image().put("foo", 1)))
                .hasMessage("Block protocol 'blkdebug' doesn't support the option 'foo'");
        assertThatThrownBy(() ->
                        open(
                                image().put("inject-error.0.event", "none")
                                        .put("inject-error.0.foo", 1)))
                .hasMessage("[inject-error] section doesn't support the option 'foo'");
        assertThatThrownBy(() -> open(new Options()))
                .hasMessage("A block device must be specified for \"image\"");
    }

    @ParameterizedTest
    @CsvSource({
        "align=3, align 3",
        "align=2147483648, align 2147483648",
        "align=4096;max-transfer=512, max-transfer 512",
        "max-write-zero=1024;opt-write-zero=2048, max-write-zero 1024",
        "align=512;opt-discard=1000, opt-discard 1000",
    })
    void refusesLimitsThatCannotBe(String limits, String what) {
        Options options = image();
        for (String limit : limits.split(";", -1)) {
            int equals = limit.indexOf('=');
            options.put(limit.substring(0, equals), limit.substring(equals + 1));
        }

        assertThatThrownBy(() -> open(options)).hasMessage("Cannot meet constraints with " + what);
    }

    @Test
    void keepsContentRightUnderNarrowLimits() throws BlockException {
        Options limits =
                image().put("align", 512)
                        .put("max-transfer", 1536)
                        .put("opt-write-zero", 4096)
                        .put("max-write-zero", 8192)
                        .put("opt-discard", 4096)
                        .put("max-discard", 8192);
        try (BlockBackend disk = open(limits)) {
            Limits said = disk.limits();
            assertThat(said.requestAlignment()).isEqualTo(512);
            assertThat(said.maxTransfer()).isEqualTo(1536);
            GuestModel model = new GuestModel(disk, new byte[LENGTH], 7, 1);

            model.run(300);

            model.verify();
        }
    }

    @Test
    void takesAndUnsharesPermissions() throws BlockException {
        Options options =
                image().put("image.node-name", "image")
                        .put("take-child-perms.0", "resize")
                        .put("unshare-child-perms.0", "write");
        try (BlockBackend disk = open(options)) {
            disk.setPermissions(Permissions.NONE, Permissions.ALL);
            var edge = disk.node().children().getFirst();

            assertThat(edge.needed()).isEqualTo(Permissions.of(Permission.RESIZE));
            assertThat(edge.shared()).isEqualTo(Permissions.ALL.minus(Permission.WRITE));
        }
    }

    @Test
    void namesItselfByWhatWasGiven() throws BlockException {
        try (BlockBackend disk = open(image())) {
            assertThat(disk.node().filename()).isEqualTo("blkdebug::mem:disk");
            assertThat(disk.node().allocatedLength()).isEqualTo(-1);
        }
        try (BlockBackend disk = open(image().put("align", "512"))) {
            assertThat(disk.node().filename())
                    .isEqualTo(
                            "json:{\"image\": {\"driver\": \"memory\", \"filename\": \"disk\"},"
                                    + " \"driver\": \"blkdebug\", \"align\": \"512\"}");
        }
    }

    @Test
    void stopsARequestUntilItIsResumed() throws Exception {
        try (BlockBackend disk = open(image());
                Workers workers = Workers.virtual("guest")) {
            Debuggable debug = disk.node().debuggable().orElseThrow();
            debug.addBreakpoint("pwritev", "A");
            workers.fork(() -> disk.write(0, data(1), WriteFlags.NONE));

            assertThat(events.take()).isInstanceOf(BlockEvent.RequestSuspended.class);
            assertThat(debug.isSuspended("A")).isTrue();
            assertThat(storage.content()[0]).isZero();
            disk.write(512, data(2), WriteFlags.NONE);

            debug.resume("A");
            workers.join();
            assertThat(events.take()).isInstanceOf(BlockEvent.RequestResumed.class);
            assertThat(debug.isSuspended("A")).isFalse();
            assertThat(storage.content()[0]).isEqualTo((byte) 1);
        }
    }

    private static ByteBuffer data(int value) {
        return ByteBuffer.allocateDirect(512).put(0, (byte) value);
    }

    @Test
    void stopsARequestUnderEachTagAndResumesTheLatestFirst() throws Exception {
        try (BlockBackend disk = open(image());
                Workers workers = Workers.virtual("guest")) {
            Debuggable debug = disk.node().debuggable().orElseThrow();
            debug.addBreakpoint("pwritev", "A");
            debug.addBreakpoint("pwritev", "B");
            workers.fork(() -> disk.write(0, data(1), WriteFlags.NONE));
            String node = disk.node().name();

            assertThat(events.take()).isEqualTo(new BlockEvent.RequestSuspended(node, "B"));
            assertThat(events.take()).isEqualTo(new BlockEvent.RequestSuspended(node, "A"));
            debug.resume("A");
            assertThat(debug.isSuspended("B")).isTrue();
            debug.resume("B");
            workers.join();
        }
    }

    @Test
    void removesBreakpointsAndSaysWhenThereAreNone() throws Exception {
        try (BlockBackend disk = open(image());
                Workers workers = Workers.virtual("guest")) {
            Debuggable debug = disk.node().debuggable().orElseThrow();
            debug.addBreakpoint("pwritev", "A");
            debug.removeBreakpoint("A");
            disk.write(0, data(1), WriteFlags.NONE);

            assertFails(() -> debug.addBreakpoint("foo", "A"), Errno.ENOENT);
            assertFails(() -> debug.removeBreakpoint("A"), Errno.ENOENT);
            assertFails(() -> debug.resume("A"), Errno.ENOENT);

            debug.addBreakpoint("pwritev", "A");
            workers.fork(() -> disk.write(0, data(1), WriteFlags.NONE));
            assertThat(events.take()).isInstanceOf(BlockEvent.RequestSuspended.class);
            assertFails(() -> debug.removeBreakpoint("A"), Errno.ENOENT);
            workers.join();
        }
    }
}
