package io.cairn.cli.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.Workers;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Whole sessions with commands from a pipe.
@Timeout(60)
class QmpToolTest {
    @TempDir Path directory;

    private record Outcome(String out, String err, int status) {}

    @ParameterizedTest
    @EnumSource
    void carriesOutACommandAfterTheOther(TestServer.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), "qemu-storage-daemon is not installed");
        try (TestServer server = TestServer.start(kind, directory)) {
            Outcome outcome =
                    run(
                            server.address(),
                            """
                            # a disk of zeroes
                            blockdev-add driver=null-co node-name=n0 size=64M read-zeroes=on

                            blockdev-add driver=raw node-name=r0 file.driver=null-co file.size=1M
                            {"execute": "query-named-block-nodes", "arguments": {"flat": true}}
                            """);

            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.status()).isEqualTo(0);
            assertThat(outcome.out()).startsWith("{}\n{}\n[\n    {\n");
            JsonArray nodes = (JsonArray) Json.parse(outcome.out().substring(6));
            assertThat(nodes.elements()).hasSize(3);
            assertThat(outcome.out()).contains("\"virtual-size\": 67108864");
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesOnAfterAnErrorAndEndsWithStatusOne(TestServer.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), "qemu-storage-daemon is not installed");
        try (TestServer server = TestServer.start(kind, directory)) {
            Outcome outcome =
                    run(
                            server.address(),
                            """
                            blockdev-del node-name=none
                            no-such-command
                            block-job-set-speed device=j speed=fast
                            query-jobs
                            """);

            assertThat(outcome.err())
                    .isEqualTo(
                            """
                            cairn qmp: GenericError: Failed to find node with node-name='none'
                            cairn qmp: CommandNotFound: The command no-such-command has not been \
                            found
                            cairn qmp: Parameter 'speed' expects an integer
                            """);
            assertThat(outcome.out()).isEqualTo("[]\n");
            assertThat(outcome.status()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsEventsAsTheyCome(TestServer.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), "qemu-storage-daemon is not installed");
        try (TestServer server = TestServer.start(kind, directory)) {
            String file = directory.resolve("new.raw").toString();
            Outcome outcome =
                    run(
                            server.address(),
                            "blockdev-create job-id=j0 options.driver=file options.size=1M"
                                    + " options.filename="
                                    + file
                                    + "\nquery-jobs\n");

            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out())
                    .containsPattern(
                            "(?m)^event JOB_STATUS_CHANGE 20[^ ]+Z \\{\"status\": \"created\","
                                    + " \"id\": \"j0\"}$");
            assertThat(outcome.status()).isEqualTo(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void quitEndsTheSessionWell(TestServer.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), "qemu-storage-daemon is not installed");
        try (TestServer server = TestServer.start(kind, directory)) {
            Outcome outcome = run(server.address(), "quit\nquery-jobs\n");

            assertThat(outcome).isEqualTo(new Outcome("{}\n", "", 0));
            server.awaitQuit();
        }
    }

    @ParameterizedTest
    @EnumSource
    void helpListsCommandsAndArguments(TestServer.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), "qemu-storage-daemon is not installed");
        try (TestServer server = TestServer.start(kind, directory)) {
            Outcome outcome =
                    run(server.address(), "help block-job-set-speed\nhelp\nexit\nno-more\n");

            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out())
                    .startsWith("block-job-set-speed\n  device=string\n  speed=integer\n")
                    .contains("\nblockdev-mirror\n");
            assertThat(outcome.status()).isEqualTo(0);
        }
    }

    @Test
    void aServerThatGoesWhileTheScriptPausesEndsTheSession() throws Exception {
        try (ServerSocketChannel listener = listen("gone.sock");
                PipedOutputStream script = new PipedOutputStream()) {
            Workers.startDaemon("server", () -> greetAndGo(listener));
            Outcome outcome = run(path("gone.sock"), new PipedInputStream(script));

            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .isEqualTo("cairn qmp: " + path("gone.sock") + ": the server has gone away\n");
            assertThat(outcome.status()).isEqualTo(1);
        }
    }

    private static void greetAndGo(ServerSocketChannel listener) {
        try (SocketChannel client = listener.accept()) {
            send(client, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
            client.read(ByteBuffer.allocate(1000));
            send(client, "{\"return\": {}, \"id\": \"cairn-1\"}\r\n");
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(SocketChannel client, String text) throws java.io.IOException {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatIsNoServerOfQmpIsToldOf() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Workers.startDaemon("server", () -> sayHello(listener));
            String address = "localhost:" + listener.getLocalPort();
            Outcome outcome = run(address, "query-jobs\n");

            assertThat(outcome.err())
                    .isEqualTo(
                            "cairn qmp: "
                                    + address
                                    + ": this is no server of QMP, or its answer is too large to"
                                    + " take\n");
            assertThat(outcome.status()).isEqualTo(1);
        }
    }

    private static void sayHello(ServerSocket listener) {
        try (Socket client = listener.accept()) {
            client.getOutputStream().write("220 ready\r\n".getBytes(StandardCharsets.UTF_8));
            client.getInputStream().read();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSocketThatIsNotThereIsNamed() throws Exception {
        Outcome outcome = run(path("none"), "");

        assertThat(outcome.err())
                .isEqualTo(
                        "cairn qmp: Failed to connect to '"
                                + path("none")
                                + "': No such file or directory\n");
        assertThat(outcome.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:", "host:0", "host:65536", "host:x", "tcp:5x"})
    void aPortThatIsNoneIsNamed(String address) throws Exception {
        Outcome outcome = run(address, "");

        String shown = address.startsWith("tcp:") ? address.substring(4) : address;
        assertThat(outcome.err())
                .isEqualTo("cairn qmp: '" + shown + "' does not end in a port from 1 to 65535\n");
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private ServerSocketChannel listen(String name) throws Exception {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path(name)));
    }

    private static Outcome run(String address, String script) throws Exception {
        return run(address, new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8)));
    }

    private static Outcome run(String address, InputStream script) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status =
                new QmpTool(script)
                        .run(new Invocation("cairn qmp", false, List.of(address), stdout, stderr));
        stdout.flush();
        return new Outcome(
                out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), status);
    }
}
