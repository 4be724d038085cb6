package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// How exports, and the server's socket, come to their end.
@Timeout(60)
class ExportRemovalTest {
    private static final long OPTION_MAGIC = 0x49484156454F5054L;
    private static final int OPT_EXPORT_NAME = 1;
    private static final int NO_ZEROES = 2;
    private static final int REQUEST_MAGIC = 0x25609513;

    @TempDir Path folder;

    private Path serve(TestDaemon daemon) throws Exception {
        Path socket = folder.resolve("s");
        daemon.execute("blockdev-add", "'driver': 'null-co', 'node-name': 'n', 'size': 4096");
        daemon.execute(
                "nbd-server-start", "'addr': {'type': 'unix', 'data': {'path': '" + socket + "'}}");
        daemon.execute("block-export-add", "'type': 'nbd', 'id': 'e', 'node-name': 'n'");
        return socket;
    }

    /// A client that has chosen the export, and read of it.
    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(socket));
        receive(client, 18);
        client.write(
                ByteBuffer.allocate(4 + 16 + 1)
                        .putInt(1 | NO_ZEROES)
                        .putLong(OPTION_MAGIC)
                        .putInt(OPT_EXPORT_NAME)
                        .putInt(1)
                        .put((byte) 'n')
                        .flip());
        receive(client, 10);
        client.write(
                ByteBuffer.allocate(28).putInt(REQUEST_MAGIC).position(24).putInt(512).rewind());
        receive(client, 16 + 512);
        return client;
    }

    private static void receive(SocketChannel client, int count) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(count);
        while (in.hasRemaining()) {
            assertThat(client.read(in)).isPositive();
        }
    }

    @Test
    void nothingIsLeftOfAnExportThatIsTakenFromAnIdleClient() throws Exception {
        try (TestDaemon daemon = new TestDaemon()) {
            Path socket = serve(daemon);
            try (SocketChannel client = connect(socket)) {
                assertThat(daemon.fail("block-export-del", "'id': 'e'"))
                        .contains("export 'e' still in use");

                daemon.execute("block-export-del", "'id': 'e', 'mode': 'hard'");

                assertThat(daemon.fail("block-export-del", "'id': 'e'"))
                        .contains("Export 'e' is not found");
                assertThat(Json.print(daemon.execute("query-block-exports"))).isEqualTo("[]");
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @Test
    void theSocketLosesItsNameWithTheServer() throws Exception {
        try (TestDaemon daemon = new TestDaemon()) {
            Path socket = serve(daemon);
            assertThat(socket).exists();

            daemon.execute("nbd-server-stop");

            assertThat(Files.exists(socket)).isFalse();
        }
    }

    /// As with the peer.
    @Test
    void theSocketKeepsItsNameWhenTheServiceEnds() throws Exception {
        Path socket;
        try (TestDaemon daemon = new TestDaemon()) {
            socket = serve(daemon);
        }

        assertThat(socket).exists();
    }
}
