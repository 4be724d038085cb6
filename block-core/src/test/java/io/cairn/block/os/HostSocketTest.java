package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Sockets through Linux's calls and through the JDK.
class HostSocketTest {
    @TempDir Path folder;

    enum Way {
        LINUX(new LinuxHost(true)),
        PORTABLE(new PortableHost());

        final Host host;

        Way(Host host) {
            this.host = host;
        }
    }

    private SocketEndpoint unix() {
        return SocketEndpoint.Unix.of(folder.resolve("s").toString());
    }

    private static void exchange(Way way, SocketEndpoint endpoint) throws BlockException {
        try (HostListener listener = way.host.listen(endpoint, 4);
                Workers workers = Workers.platform("echo")) {
            workers.fork(() -> echo(listener));
            try (HostSocket socket = way.host.connect(listener.endpoint())) {
                ByteBuffer head = ByteBuffer.allocateDirect(8).putLong(0, 4711);
                ByteBuffer body = ByteBuffer.allocateDirect(300_000);
                body.put(299_999, (byte) 9);
                workers.fork(() -> socket.write(head, body));
                ByteBuffer back = ByteBuffer.allocateDirect(300_008);
                while (back.hasRemaining()) {
                    back.position(back.position() + socket.read(back));
                }
                assertThat(back.getLong(0)).isEqualTo(4711);
                assertThat(back.get(300_007)).isEqualTo((byte) 9);
                socket.shutdown();
            }
            workers.join();
        }
    }

    private static void echo(HostListener listener) throws BlockException {
        try (HostSocket socket = listener.accept()) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(65536);
            for (int n = socket.read(bytes); n >= 0; n = socket.read(bytes)) {
                socket.write(bytes.slice(0, n));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void carriesBytesBothWaysOverAUnixSocket(Way way) throws BlockException {
        exchange(way, unix());
    }

    @ParameterizedTest
    @EnumSource
    void carriesBytesBothWaysOverTcp(Way way) throws BlockException {
        exchange(way, SocketEndpoint.Inet.of("127.0.0.1", 0));
    }

    @ParameterizedTest
    @EnumSource
    void shutdownEndsTheWaitForConnections(Way way) throws BlockException {
        try (HostListener listener = way.host.listen(unix(), 4);
                Workers workers = Workers.platform("accept")) {
            workers.fork(
                    () -> assertThatThrownBy(listener::accept).isInstanceOf(BlockException.class));

            listener.shutdown();

            workers.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingTakesTheNameOfASocketAway(Way way) throws BlockException {
        way.host.listen(unix(), 4).close();

        assertThat(Files.exists(folder.resolve("s"))).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void listeningLeavesAFileOfAnotherKindAlone(Way way) throws IOException {
        Files.writeString(folder.resolve("s"), "precious");

        assertThatThrownBy(() -> way.host.listen(unix(), 4)).hasMessage("Address already in use");
        assertThat(folder.resolve("s")).hasContent("precious");
    }

    /// The host gives the descriptor of a closed socket to the next one that is opened.
    @ParameterizedTest
    @EnumSource
    void aClosedListenerLeavesLaterOnesAlone(Way way) throws BlockException {
        HostListener old = way.host.listen(unix(), 4);
        old.close();
        try (HostListener later = way.host.listen(unix(), 4);
                HostSocket client = way.host.connect(unix())) {
            old.shutdown();
            assertThatThrownBy(old::accept).isInstanceOf(BlockException.class);
            client.write(ByteBuffer.allocateDirect(1));

            try (HostSocket served = later.accept()) {
                assertThat(served.read(ByteBuffer.allocateDirect(1))).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedSocketFailsAndNothingElse(Way way) throws BlockException {
        try (HostListener _ = way.host.listen(unix(), 4)) {
            HostSocket socket = way.host.connect(unix());
            socket.close();
            socket.close();
            socket.shutdown();

            assertThatThrownBy(() -> socket.read(ByteBuffer.allocateDirect(1)))
                    .hasMessage("Bad file descriptor");
        }
    }

    @Test
    void inheritedSocketsAreForTheProcessThatIsMeant() {
        assertThat(Activation.endpoints("77", "2", 77))
                .isEqualTo(
                        List.of(
                                new SocketEndpoint.Descriptor(3),
                                new SocketEndpoint.Descriptor(4)));
        assertThat(Activation.endpoints("78", "2", 77)).isEmpty();
        assertThat(Activation.endpoints(null, "2", 77)).isEmpty();
        assertThat(Activation.endpoints("77", "x", 77)).isEmpty();
    }

    @Test
    void aReadThatLosesPatienceLeavesWhatComesLater() throws BlockException {
        Host host = Way.LINUX.host;
        try (HostListener listener = host.listen(unix(), 4);
                HostSocket client = host.connect(listener.endpoint());
                HostSocket server = listener.accept()) {
            ByteBuffer back = ByteBuffer.allocateDirect(8);
            assertThat(server.read(back, 1)).isZero();

            client.write(ByteBuffer.allocateDirect(8).putLong(0, 4711));
            assertThat(server.read(back)).isEqualTo(8);
            assertThat(back.getLong(0)).isEqualTo(4711);

            client.shutdown();
            assertThat(server.read(back, 1)).isEqualTo(-1);
        }
    }

    @Test
    void moreVirtualThreadsWaitForSocketsThanTheHostHasThreads() throws BlockException {
        Host host = Way.LINUX.host;
        int count = 200;
        List<HostSocket> clients = new ArrayList<>();
        List<HostSocket> servers = new ArrayList<>();
        try (HostListener listener = host.listen(unix(), count);
                Workers workers = Workers.virtual("reader")) {
            for (int i = 0; i < count; i++) {
                clients.add(host.connect(listener.endpoint()));
                servers.add(listener.accept());
            }
            for (HostSocket server : servers) {
                workers.fork(() -> reflect(server));
            }
            // From the last to the first, so that all others wait meanwhile.
            for (int i = count - 1; i >= 0; i--) {
                HostSocket client = clients.get(i);
                ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20).putLong(0, i);
                workers.fork(() -> client.write(bytes));
                ByteBuffer back = ByteBuffer.allocateDirect(1 << 20);
                while (back.hasRemaining()) {
                    back.position(back.position() + client.read(back));
                }
                assertThat(back.getLong(0)).isEqualTo(i);
                client.shutdown();
            }
            workers.join();
        } finally {
            clients.forEach(HostSocket::close);
            servers.forEach(HostSocket::close);
        }
    }

    /// Sends back what comes, more of it at once than the socket takes.
    private static void reflect(HostSocket socket) throws BlockException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
        int got = 0;
        for (int n = 0; n >= 0; n = socket.read(bytes.slice(got, bytes.capacity() - got))) {
            got += n;
            if (got == bytes.capacity()) {
                socket.write(bytes);
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesItsPeer(Way way) throws Exception {
        SocketEndpoint port = new SocketEndpoint.Inet("127.0.0.1", 0, true, false, false);
        try (HostListener listener = way.host.listen(port, 1);
                HostSocket socket = way.host.connect(listener.endpoint());
                HostSocket accepted = listener.accept()) {
            assertThat(socket.peerName()).isEqualTo(listener.endpoint().toString());
            assertThat(accepted.peerName()).matches("127\\.0\\.0\\.1:\\d+");
        }
    }

    @Test
    void namesTheProcessAtTheOtherEnd() throws Exception {
        try (HostListener listener = Way.LINUX.host.listen(unix(), 1);
                HostSocket socket = Way.LINUX.host.connect(listener.endpoint())) {
            HostSocket accepted = listener.accept();
            String self = "process " + ProcessHandle.current().pid();
            assertThat(accepted.peerName()).isEqualTo(self);
            assertThat(socket.peerName()).isEqualTo(self);
            accepted.close();
            assertThat(accepted.peerName()).isEqualTo(HostSocket.UNKNOWN);
        }
    }
}
