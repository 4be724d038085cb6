package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.testimages.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A client whose server goes away.
@Timeout(60)
class ReconnectTest {
    private static final int LENGTH = 1 << 20;

    @TempDir Path folder;
    private ServedDisk served;

    @BeforeEach
    void serve() throws BlockException {
        served = new ServedDisk(folder, LENGTH);
    }

    @AfterEach
    void close() throws BlockException {
        served.close();
    }

    private static Options delay(int seconds) {
        return new Options().put("reconnect-delay", Integer.toString(seconds));
    }

    private static void write(BlockBackend disk, int value) throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(4096);
        for (int i = 0; i < data.capacity(); i++) {
            data.put(i, (byte) value);
        }
        disk.write(0, data, WriteFlags.NONE);
    }

    private static byte first(BlockBackend disk) throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(4096);
        disk.read(0, data);
        return data.get(0);
    }

    private static CompletableFuture<Void> writing(BlockBackend disk, int value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        write(disk, value);
                        done.complete(null);
                    } catch (BlockException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    private static Errno errno(CompletableFuture<Void> failed) throws InterruptedException {
        try {
            failed.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BlockException cause) {
                return cause.errno();
            }
        }
        throw new AssertionError("nothing failed as it should");
    }

    @Test
    void requestsWaitForTheServerToComeBack() throws Exception {
        BlockBackend disk = served.connect(delay(50));
        write(disk, 1);
        served.stop();

        CompletableFuture<Void> write = writing(disk, 2);
        served.restart(ServerOptions.DEFAULT, export -> export);
        write.get();

        assertThat(first(disk)).isEqualTo((byte) 2);
    }

    @Test
    void withoutDelayALostServerIsAnErrorAtOnce() throws Exception {
        BlockBackend disk = served.connect();
        served.stop();

        assertThatThrownBy(() -> write(disk, 1))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }

    @Test
    void withoutDelayTheServerIsFoundAgainByALaterRequest() throws Exception {
        BlockBackend disk = served.connect();
        served.stop();
        assertThatThrownBy(() -> write(disk, 1)).isInstanceOf(BlockException.class);

        served.restart(ServerOptions.DEFAULT, export -> export);

        write(disk, 2);
        assertThat(first(disk)).isEqualTo((byte) 2);
    }

    @Test
    void aCancelledWaitEnds() throws Exception {
        BlockBackend disk = served.connect(delay(1000));
        served.stop();
        CompletableFuture<Void> write = writing(disk, 1);

        Eventually.await(
                "the write has ended",
                () -> {
                    disk.node().cancelWaiting();
                    return write.isDone();
                });

        assertThat(errno(write)).isEqualTo(Errno.ECANCELED);
    }

    @Test
    void aServerThatTakesWritesNoMoreIsNotTakenBack() throws Exception {
        BlockBackend disk = served.connect(delay(1));
        served.restart(
                ServerOptions.DEFAULT,
                export -> NbdExport.of(export.name(), export.backend(), false));

        CompletableFuture<Void> write = writing(disk, 1);

        assertThat(errno(write)).isEqualTo(Errno.EIO);
        try {
            write.get();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).rootCause().hasMessageContaining("is read-only now");
        }
    }

    @Test
    void openingWaitsForTheServer() throws Exception {
        served.stop();
        Files.deleteIfExists(served.socket);
        CompletableFuture<BlockBackend> opened = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        opened.complete(served.connect(new Options().put("open-timeout", "50")));
                    } catch (BlockException e) {
                        opened.completeExceptionally(e);
                    }
                });

        served.restart(ServerOptions.DEFAULT, export -> export);

        assertThat(opened.get().length()).isEqualTo(LENGTH);
    }

    @Test
    void openingGivesUpOnASilentServer() throws Exception {
        Path silent = folder.resolve("silent");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(silent));

            assertThatThrownBy(() ->
                            served.connect(
                                    new Options()
                                            .put("path", silent.toString())
                                            .put("open-timeout", "1")))
                    .hasMessage("Failed to connect to '" + silent + "': Connection timed out");
        }
    }

    @Test
    void closingEndsAHandshakeThatHangs() throws Exception {
        Path there = folder.resolve("there");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(there));
            CompletableFuture<SocketChannel> second = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> serveOnce(listener, second));
            BlockBackend disk = served.connect(delay(1000).put("path", there.toString()));
            CompletableFuture<Void> write = writing(disk, 1);
            SocketChannel silent = second.get();

            disk.node().cancelWaiting();
            disk.close();

            assertThat(errno(write)).isIn(Errno.ECANCELED, Errno.EIO);
            // The end of our side comes, so nobody hangs in the handshake.
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    /// An oldstyle server that ends after its greeting, and is silent the next time.
    private static void serveOnce(
            ServerSocketChannel listener, CompletableFuture<SocketChannel> second) {
        try {
            ByteBuffer greeting = ByteBuffer.allocate(152);
            greeting.putLong(0x4e42444d41474943L).putLong(0x00420281861253L).putLong(LENGTH);
            greeting.putInt(1);
            try (SocketChannel first = listener.accept()) {
                first.write(greeting.rewind());
            }
            second.complete(listener.accept());
        } catch (IOException e) {
            second.completeExceptionally(e);
        }
    }

    @Test
    void severalConnectionsCarryTheRequests() throws Exception {
        BlockBackend disk = served.connect(delay(50).put("connections", "4"));
        for (int i = 0; i < 8; i++) {
            write(disk, i);
        }
        assertThat(served.connectionCount()).isEqualTo(4);

        served.restart(ServerOptions.DEFAULT, export -> export);
        for (int i = 8; i < 16; i++) {
            write(disk, i);
            assertThat(first(disk)).isEqualTo((byte) i);
        }
    }

    @Test
    void oneConnectionIsAllWhereTheServerPromisesNoMore() throws Exception {
        served.restart(
                ServerOptions.DEFAULT,
                export -> new NbdExport("", "", export.backend(), true, false, false, List.of()));
        BlockBackend disk = served.connect(new Options().put("connections", "4"));

        for (int i = 0; i < 8; i++) {
            write(disk, i);
        }

        assertThat(served.connectionCount()).isEqualTo(1);
    }
}
