package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.testimages.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

class ChardevCommandsTest {
    @TempDir Path directory;

    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
    }

    @Test
    void aRingKeepsWhatWasWrittenLast() throws Exception {
        add("r", "'ringbuf', 'data': {'size': 8}");
        write("'data': 'abcdefghijk'");

        assertThat(read("'size': 3")).isEqualTo("\"def\"");
        assertThat(read("'size': 1000")).isEqualTo("\"ghijk\"");
        assertThat(read("'size': 1000")).isEqualTo("\"\"");
        write("'data': 'YWJj', 'format': 'base64'");
        assertThat(read("'size': 2, 'format': 'base64'")).isEqualTo("\"YWI=\"");
        assertThat(read("'size': 9")).isEqualTo("\"c\"");
    }

    @Test
    void refusesRingsThatAreNoneAndWhatDoesNotFit() throws Exception {
        add("r", "'memory', 'data': {}");
        add("n", "'null', 'data': {}");

        assertThat(
                        daemon.fail(
                                "chardev-add",
                                "'id': 'x', 'backend': {'type': 'ringbuf', 'data': {'size': 5}}"))
                .isEqualTo(
                        "GenericError: Failed to add chardev 'x': "
                                + "size of ringbuf chardev must be power of two");
        assertThat(daemon.fail("ringbuf-read", "'device': 'n', 'size': 1"))
                .isEqualTo("GenericError: n is not a ringbuf device");
        assertThat(daemon.fail("ringbuf-read", "'device': 'z', 'size': 1"))
                .isEqualTo("GenericError: Device 'z' not found");
        assertThat(daemon.fail("ringbuf-read", "'device': 'r', 'size': 0"))
                .isEqualTo("GenericError: size must be greater than zero");
        assertThat(daemon.fail("ringbuf-write", "'device': 'r', 'data': 'a*c', 'format': 'base64'"))
                .isEqualTo("GenericError: Base64 data contains invalid characters");
    }

    @Test
    void aMonitorOnAFileWritesThereAfterWhatItHolds() throws Exception {
        Path file = Files.writeString(directory.resolve("log"), "before\n");
        add("f", "'file', 'data': {'append': true, 'out': '" + file + "'}");

        daemon.daemon.addMonitor("f");

        Eventually.await("the greeting", () -> file.toFile().length() > "before\n{}\r\n".length());
        assertThat(Files.readString(file)).startsWith("before\n{\"QMP\"");
    }

    /// The terminal is opened by its name.
    @Test
    void aMonitorOnATerminalServesWhoeverOpensIt() throws Exception {
        JsonObject made =
                (JsonObject)
                        daemon.execute(
                                "chardev-add", "'id': 't', 'backend': {'type': 'pty', 'data': {}}");
        String terminal = ((JsonString) Objects.requireNonNull(made.get("pty"))).value();
        assertThat(Json.print(daemon.execute("query-chardev"))).contains("pty:" + terminal);
        daemon.daemon.addMonitor("t");

        try (RandomAccessFile end = new RandomAccessFile(terminal, "rw")) {
            assertThat(line(end)).startsWith("{\"QMP\"");
            end.writeBytes("{'execute': 'qmp_capabilities'}\n");
            assertThat(line(end)).startsWith("{\"return\": {}");
        }
    }

    private static String line(RandomAccessFile terminal) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = terminal.read(); c >= 0 && c != '\n'; c = terminal.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void aLogKeepsACopyOfWhatAMonitorWrites() throws Exception {
        Path log = Files.writeString(directory.resolve("log"), "before\n");
        Path out = directory.resolve("out");
        add(
                "f",
                "'file', 'data': {'out': '%s', 'logfile': '%s', 'logappend': true}"
                        .formatted(out, log));

        daemon.daemon.addMonitor("f");

        Eventually.await("the greeting", () -> log.toFile().length() > "before\n{}\r\n".length());
        assertThat(Files.readString(log)).isEqualTo("before\n" + Files.readString(out));
        assertThat(
                        daemon.fail(
                                "chardev-add",
                                "'id': 'x', 'backend': {'type': 'null', 'data': {'logfile': '"
                                        + directory.resolve("none/x")
                                        + "'}}"))
                .startsWith("GenericError: Failed to add chardev 'x': Could not create '")
                .endsWith("none/x': No such file or directory");
    }

    @Test
    void refusesProtocolsOverASocketThatThereAreNot() throws Exception {
        assertThat(
                        daemon.fail(
                                "chardev-add",
                                """
                                'id': 'x', 'backend': {'type': 'socket', 'data': {'telnet': true,
                                'addr': {'type': 'unix', 'data': {'path': '/x'}}}}\
                                """))
                .isEqualTo("GenericError: Failed to add chardev 'x': 'telnet' is not supported");
    }

    @Test
    void changesADeviceThatNobodyUses() throws Exception {
        add("c", "'null', 'data': {}");

        daemon.execute("chardev-change", "'id': 'c', 'backend': {'type': 'ringbuf', 'data': {}}");

        assertThat(Json.print(daemon.execute("query-chardev"))).contains("\"ringbuf\"");
        daemon.daemon.addMonitor("c");
        assertThat(
                        daemon.fail(
                                "chardev-change",
                                "'id': 'c', 'backend': {'type': 'null', 'data': {}}"))
                .isEqualTo("GenericError: Chardev user does not support chardev hotswap");
        assertThat(
                        daemon.fail(
                                "chardev-change",
                                "'id': 'z', 'backend': {'type': 'null', 'data': {}}"))
                .isEqualTo("GenericError: Chardev 'z' does not exist");
    }

    @Test
    void aChangeThatFailsLeavesTheDevice() throws Exception {
        add("r", "'ringbuf', 'data': {}");
        write("'data': 'kept'");

        assertThat(
                        daemon.fail(
                                "chardev-change",
                                "'id': 'r', 'backend': {'type': 'file', 'data': {'out': '"
                                        + directory.resolve("none/x")
                                        + "'}}"))
                .contains("No such file or directory");

        assertThat(read("'size': 9")).isEqualTo("\"kept\"");
    }

    @Test
    void sendsABreakToAnyDeviceThatIsThere() throws Exception {
        add("n", "'null', 'data': {}");

        daemon.execute("chardev-send-break", "'id': 'n'");

        assertThat(daemon.fail("chardev-send-break", "'id': 'z'"))
                .isEqualTo("GenericError: Chardev 'z' not found");
    }

    private void add(String id, String backend) throws Exception {
        daemon.execute("chardev-add", "'id': '" + id + "', 'backend': {'type': " + backend + "}");
    }

    private void write(String arguments) throws Exception {
        daemon.execute("ringbuf-write", "'device': 'r', " + arguments);
    }

    private String read(String arguments) throws Exception {
        return Json.print(daemon.execute("ringbuf-read", "'device': 'r', " + arguments));
    }
}
