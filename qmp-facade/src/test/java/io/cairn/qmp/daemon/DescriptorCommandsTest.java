package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Descriptors that a client passes over its unix socket.
class DescriptorCommandsTest {
    private static final Path OPEN = Path.of("/proc/self/fd");

    @TempDir Path directory;

    private TestDaemon daemon;
    private HostSocket socket;
    private final StringBuilder received = new StringBuilder();

    @BeforeEach
    void connect() throws Exception {
        assumeTrue(Files.isDirectory(OPEN), "descriptors have no numbers here");
        daemon = new TestDaemon();
        Path path = directory.resolve("qmp");
        daemon.execute(
                "chardev-add",
                """
                'id': 'c', 'backend': {'type': 'socket', 'data': {'server': true, 'wait': false,
                    'addr': {'type': 'unix', 'data': {'path': '%s'}}}}\
                """
                        .formatted(path));
        daemon.daemon.addMonitor("c");
        socket = HostSocket.connect(SocketEndpoint.Unix.of(path.toString()));
        line();
        request("{'execute': 'qmp_capabilities'}");
    }

    @AfterEach
    void disconnect() throws Exception {
        if (daemon != null) {
            socket.close();
            daemon.close();
        }
    }

    @Test
    void aSetOfPassedDescriptorsIsAFile() throws Exception {
        Path path = Files.writeString(directory.resolve("disk"), "x".repeat(512));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(file.length()).isEqualTo(512);
            pass(path);
        }
        assertThat(request("{'execute': 'add-fd', 'arguments': {'opaque': 'disk:r'}}"))
                .contains("\"fdset-id\": 0");

        assertThat(request("{'execute': 'query-fdsets'}")).contains("\"opaque\": \"disk:r\"");
        assertThat(
                        request(
                                "{'execute': 'blockdev-add', 'arguments': {'driver': 'file',"
                                        + " 'node-name': 'n', 'read-only': true,"
                                        + " 'filename': '/dev/fdset/0'}}"))
                .isEqualTo("{\"return\": {}}");
        assertThat(request("{'execute': 'query-named-block-nodes'}"))
                .contains("\"virtual-size\": 512");
        assertThat(request("{'execute': 'remove-fd', 'arguments': {'fdset-id': 0}}"))
                .isEqualTo("{\"return\": {}}");
        assertThat(request("{'execute': 'query-fdsets'}")).isEqualTo("{\"return\": []}");
    }

    @Test
    void aNameIsForOneUseAndClosesWhatItNamedBefore() throws Exception {
        Path first = Files.createFile(directory.resolve("first"));
        Path second = Files.createFile(directory.resolve("second"));
        name(first);
        assertThat(isOpen(first)).isTrue();

        name(second);

        assertThat(isOpen(first)).isFalse();
        assertThat(isOpen(second)).isTrue();
        assertThat(request("{'execute': 'closefd', 'arguments': {'fdname': 'a'}}"))
                .isEqualTo("{\"return\": {}}");
        assertThat(isOpen(second)).isFalse();
        assertThat(request("{'execute': 'closefd', 'arguments': {'fdname': 'a'}}"))
                .contains("File descriptor named 'a' not found");
    }

    @Test
    void anAddressTakesADescriptorByItsName() throws Exception {
        Path plain = Files.createFile(directory.resolve("plain"));
        name(plain);

        // It is found, and is no socket.
        String address = "'addr': {'type': 'fd', 'data': {'str': 'a'}}";
        assertThat(request("{'execute': 'nbd-server-start', 'arguments': {" + address + "}}"))
                .contains("Socket operation on non-socket");
        assertThat(request("{'execute': 'nbd-server-start', 'arguments': {" + address + "}}"))
                .contains("File descriptor named 'a' has not been found");
    }

    @Test
    void whatNoCommandTakesIsClosed() throws Exception {
        Path path = Files.createFile(directory.resolve("left"));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(file.length()).isZero();
            pass(path);
        }
        assertThat(request("{'execute': 'getfd', 'arguments': {'fdname': '0a'}}"))
                .contains("Parameter 'fdname' expects a name not starting with a digit");
        assertThat(isOpen(path)).isFalse();
        assertThat(request("{'execute': 'getfd', 'arguments': {'fdname': 'a'}}"))
                .contains("No file descriptor supplied via SCM_RIGHTS");
        assertThat(daemon.fail("add-fd", "")).contains("No file descriptor supplied");
    }

    private void name(Path path) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(file.length()).isZero();
            pass(path);
        }
        assertThat(request("{'execute': 'getfd', 'arguments': {'fdname': 'a'}}"))
                .isEqualTo("{\"return\": {}}");
    }

    /// Passes the descriptor that is open on a file, beside a blank.
    private void pass(Path path) throws Exception {
        ByteBuffer blank = ByteBuffer.allocateDirect(1).put((byte) ' ').flip();
        socket.writePassing(blank, number(path));
    }

    private static int number(Path path) throws Exception {
        try (Stream<Path> links = Files.list(OPEN)) {
            return links.filter(link -> leadsTo(link, path))
                    .mapToInt(link -> Integer.parseInt(link.getFileName().toString()))
                    .findFirst()
                    .orElse(-1);
        }
    }

    private static boolean isOpen(Path path) throws Exception {
        return number(path) >= 0;
    }

    private static boolean leadsTo(Path link, Path path) {
        try {
            return Files.readSymbolicLink(link).equals(path.toRealPath());
        } catch (IOException _) {
            // It has been closed meanwhile.
            return false;
        }
    }

    private String request(String json) throws Exception {
        byte[] bytes = (json + "\n").getBytes(StandardCharsets.UTF_8);
        socket.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
        return line();
    }

    private String line() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        while (received.indexOf("\r\n") < 0) {
            int count = socket.read(buffer.clear());
            assertThat(count).as(received.toString()).isPositive();
            received.append(StandardCharsets.UTF_8.decode(buffer.limit(count)));
        }
        int end = received.indexOf("\r\n");
        String line = received.substring(0, end);
        received.delete(0, end + 2);
        return line;
    }
}
