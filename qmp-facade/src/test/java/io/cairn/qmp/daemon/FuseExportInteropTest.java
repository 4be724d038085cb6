package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Exports as files, by the commands; texts and orders are the peer's.
@Timeout(60)
class FuseExportInteropTest {
    @TempDir Path folder;

    private Path file;

    @BeforeEach
    void makeFile() throws Exception {
        file = Files.createFile(folder.resolve("mp"));
    }

    private static TestDaemon daemon() throws Exception {
        TestDaemon daemon = new TestDaemon();
        daemon.execute("blockdev-add", "'driver': 'null-co', 'node-name': 'n', 'size': 4096");
        daemon.execute(
                "blockdev-add",
                "'driver': 'null-co', 'node-name': 'ro', 'size': 4096, 'read-only': true");
        return daemon;
    }

    private static String arguments(String id, Path mountpoint, String more) {
        return "'type': 'fuse', 'id': '%s', 'node-name': 'n', 'mountpoint': '%s'%s"
                .formatted(id, mountpoint, more);
    }

    /// Skips the test where nothing can be mounted.
    private void mount(TestDaemon daemon, String id, String more) throws Exception {
        JsonObject reply =
                daemon.request(
                        "{'execute': 'block-export-add', 'arguments': {"
                                + arguments(id, file, more)
                                + "}}");
        if (Json.print(reply).contains("Failed to mount FUSE session to export")) {
            PeerPrograms.skip("no FUSE here");
        }
        assertThat(Json.print(reply)).isEqualTo("{\"return\": {}}");
    }

    @Test
    void saysWhatIsWrongWithAnExport() throws Exception {
        try (TestDaemon daemon = daemon()) {
            Path missing = folder.resolve("missing");
            assertThat(daemon.fail("block-export-add", arguments("e", missing, "")))
                    .isEqualTo(
                            "GenericError: Failed to stat '"
                                    + missing
                                    + "': No such file or directory");
            assertThat(daemon.fail("block-export-add", arguments("e", folder, "")))
                    .isEqualTo("GenericError: '" + folder + "' is not a regular file");
            assertThat(daemon.fail("block-export-add", arguments("1e", file, "")))
                    .isEqualTo("GenericError: Invalid block export id");
            assertThat(daemon.fail("block-export-add", arguments("e", file, ", 'name': 'x'")))
                    .isEqualTo("GenericError: Parameter 'name' is unexpected");
            assertThat(
                            daemon.fail(
                                    "block-export-add",
                                    arguments("e", file, ", 'allow-other': 'x'")))
                    .isEqualTo("GenericError: Parameter 'allow-other' does not accept value 'x'");
            assertThat(daemon.fail("block-export-add", arguments("e", file, ", 'iothread': 'x'")))
                    .isEqualTo("GenericError: iothread \"x\" not found");
            assertThat(
                            daemon.fail(
                                    "block-export-add",
                                    "'type': 'fuse', 'id': 'e', 'node-name': 'ro', 'writable':"
                                            + " true, 'mountpoint': '"
                                            + missing
                                            + "'"))
                    .isEqualTo("GenericError: Cannot export read-only node as writable");
            assertThat(
                            daemon.fail(
                                    "block-export-add",
                                    "'type': 'fuse', 'id': 'e', 'node-name': 'n'"))
                    .isEqualTo("GenericError: Parameter 'mountpoint' is missing");
            assertThat(Json.print(daemon.execute("query-block-exports"))).isEqualTo("[]");
            assertThat(Files.size(file)).isZero();
        }
    }

    @Test
    void aFileTakesOneExport() throws Exception {
        try (TestDaemon daemon = daemon()) {
            mount(daemon, "e", "");

            assertThat(daemon.fail("block-export-add", arguments("e2", file, "")))
                    .isEqualTo("GenericError: There already is a FUSE export on '" + file + "'");
            Path other = folder.resolve(".").resolve("mp");
            assertThat(daemon.fail("block-export-add", arguments("e2", other, "")))
                    .isEqualTo("GenericError: There already is a FUSE export on '" + other + "'");
            Path link = Files.createSymbolicLink(folder.resolve("link"), file);
            assertThat(daemon.fail("block-export-add", arguments("e2", link, "")))
                    .isEqualTo("GenericError: There already is a FUSE export on '" + link + "'");
            assertThat(daemon.fail("block-export-add", arguments("e", file, "")))
                    .isEqualTo("GenericError: Block export id 'e' is already in use");
            assertThat(daemon.fail("blockdev-del", "'node-name': 'n'"))
                    .isEqualTo("GenericError: Node n is in use");
        }
    }

    @Test
    void isListedAndGoesWithAnEventBeforeTheAnswer() throws Exception {
        try (TestDaemon daemon = daemon()) {
            mount(daemon, "e", ", 'writable': true");
            assertThat(Files.size(file)).isEqualTo(4096);
            assertThat(Json.print(daemon.execute("query-block-exports")))
                    .isEqualTo(
                            "[{\"node-name\": \"n\", \"shutting-down\": false, \"type\": \"fuse\","
                                    + " \"id\": \"e\"}]");

            daemon.client.send("{'execute': 'block-export-del', 'arguments': {'id': 'e'}}\n");

            assertThat(daemon.client.line()).contains("\"event\": \"BLOCK_EXPORT_DELETED\"");
            assertThat(daemon.client.line()).isEqualTo("{\"return\": {}}");
            assertThat(Files.size(file)).isZero();
            assertThat(daemon.fail("block-export-del", "'id': 'e'"))
                    .isEqualTo("GenericError: Export 'e' is not found");
            mount(daemon, "e", ", 'allow-other': 'off', 'growable': true");
            daemon.execute("block-export-del", "'id': 'e', 'mode': 'hard'");
            daemon.execute("blockdev-del", "'node-name': 'n'");
        }
    }

    @Test
    void thePeerReadsAndWritesAQcow2ImageAsARawFile() throws Exception {
        PeerPrograms.require("qemu-img", "qemu-io");
        String image = folder.resolve("disk.qcow2").toString();
        run("qemu-img", "create", "-q", "-f", "qcow2", image, "8M");
        run("qemu-io", "-f", "qcow2", "-c", "write -P 17 1M 3M", image);
        String copy = Files.copy(Path.of(image), folder.resolve("copy.qcow2")).toString();
        try (TestDaemon daemon = daemon()) {
            mount(daemon, "e0", "");
            daemon.execute("block-export-del", "'id': 'e0'");
            daemon.execute(
                    "blockdev-add",
                    "'driver': 'qcow2', 'node-name': 'q', 'file': {'driver': 'file', 'filename': '"
                            + image
                            + "'}");
            daemon.execute(
                    "block-export-add",
                    "'type': 'fuse', 'id': 'e', 'node-name': 'q', 'writable': true, 'mountpoint': '"
                            + file
                            + "'");
            String raw = file.toString();
            run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, copy);

            String write = "write -P 23 2M 64k";
            String zero = "write -z -u 3M 512k";
            run("qemu-io", "-f", "raw", "-c", write, "-c", zero, raw);
            run("qemu-io", "-f", "qcow2", "-c", write, "-c", zero, copy);
            run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, copy);
        }
        run("qemu-img", "check", "-q", image);
        run("qemu-img", "compare", "-q", image, copy);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + output).isZero();
    }

    /// It needs no NBD server, and does not go with one.
    @Test
    void staysWhenTheNbdServerEnds() throws Exception {
        try (TestDaemon daemon = daemon()) {
            mount(daemon, "e", "");
            daemon.execute(
                    "nbd-server-start",
                    "'addr': {'type': 'unix', 'data': {'path': '" + folder.resolve("s") + "'}}");
            daemon.execute("block-export-add", "'type': 'nbd', 'id': 'e2', 'node-name': 'n'");

            daemon.execute("nbd-server-stop");

            daemon.awaitEvent("BLOCK_EXPORT_DELETED", "id", "e2");
            assertThat(Json.print(daemon.execute("query-block-exports")))
                    .contains("\"id\": \"e\"")
                    .doesNotContain("e2");
            assertThat(Files.size(file)).isEqualTo(4096);
        }
    }

    @Test
    void isUnmountedWithTheService() throws Exception {
        try (TestDaemon daemon = daemon()) {
            mount(daemon, "e", "");
        }

        assertThat(Files.size(file)).isZero();
    }

    /// A limit that lets nothing pass for hours keeps nobody from removing an export.
    @Test
    void isRemovedThoughARequestWaitsForALimit() throws Exception {
        PeerPrograms.require("dd");
        try (TestDaemon daemon = daemon()) {
            daemon.execute(
                    "object-add",
                    "'qom-type': 'throttle-group', 'id': 'g', 'limits': {'bps-total': 1}");
            daemon.execute(
                    "blockdev-add",
                    "'driver': 'throttle', 'node-name': 't', 'throttle-group': 'g', 'file': 'n'");
            mount(daemon, "e0", "");
            daemon.execute("block-export-del", "'id': 'e0'");
            daemon.execute(
                    "block-export-add",
                    "'type': 'fuse', 'id': 'e', 'node-name': 't', 'mountpoint': '" + file + "'");
            assertThat(read().waitFor()).isZero();
            Process second = read();
            Path state = Path.of("/proc", String.valueOf(second.pid()), "wchan");
            Eventually.await("a read waits for its answer", () -> waitsForAnswer(state));

            daemon.execute("block-export-del", "'id': 'e', 'mode': 'hard'");

            daemon.awaitEvent("BLOCK_EXPORT_DELETED", "id", "e");
            second.waitFor();
            assertThat(Files.size(file)).isZero();
        }
    }

    /// Where the kernel says what a process waits for.
    private static boolean waitsForAnswer(Path state) {
        try {
            String place = Files.readString(state);
            return place.contains("request_wait_answer") || place.equals("0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process read() throws Exception {
        return new ProcessBuilder("dd", "if=" + file, "of=/dev/null", "iflag=direct", "bs=4k")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
