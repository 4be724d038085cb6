package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Debuggable;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.nbd.ClientHandshake;
import io.cairn.protocol.nbd.ExportInfo;
import io.cairn.protocol.nbd.NbdWire;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a server does for well-behaved clients.
class ServerTest {
    private static final int LENGTH = 1 << 20;

    @TempDir Path folder;

    private static ByteBuffer data(int length, int value) {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            data.put(i, (byte) value);
        }
        return data;
    }

    @Test
    void servesRequestsBehindOneThatIsStuck() throws BlockException {
        Options options =
                new Options()
                        .put("driver", "raw")
                        .put("file.driver", "blkdebug")
                        .put("file.image", "mem");
        try (ServedDisk served = new ServedDisk(folder, LENGTH, options);
                BlockBackend client = served.connect();
                Workers workers = Workers.platform("client")) {
            Debuggable debugged = served.disk.node().debuggable().orElseThrow();
            debugged.addBreakpoint("read_aio", "stuck");
            workers.fork(() -> client.read(0, ByteBuffer.allocateDirect(512)));
            Eventually.await("the request is stuck", () -> debugged.isSuspended("stuck"));

            client.write(4096, data(512, 7), WriteFlags.NONE);
            ByteBuffer back = ByteBuffer.allocateDirect(512);
            client.read(4096, back);

            assertThat(back).isEqualTo(data(512, 7));
            debugged.resume("stuck");
            workers.join();
        }
    }

    @ParameterizedTest
    @CsvSource({"79, ''", "80, ...", "256, ..."})
    void cutsALongNameInItsAnswer(int length, String cut) throws BlockException {
        String name = "a".repeat(length);
        try (ServedDisk served = new ServedDisk(folder, LENGTH)) {
            Options options = new Options().put("export", name);

            BlockException refusal =
                    catchThrowableOfType(BlockException.class, () -> served.connect(options));

            assertThat(refusal.hint())
                    .contains(
                            "server reported: export '"
                                    + "a".repeat(Math.min(length, 80))
                                    + cut
                                    + "' not present");
        }
    }

    @Test
    void tellsWhatADirtyBitmapHasRecorded() throws BlockException {
        try (ServedDisk served = new ServedDisk(folder, LENGTH)) {
            DirtyBitmap bitmap = served.disk.node().addBitmap("b", 65536);
            served.restart(
                    ServerOptions.DEFAULT,
                    e -> new NbdExport("", "", e.backend(), true, true, false, List.of(bitmap)));
            served.disk.write(131072, data(512, 1), WriteFlags.NONE);
            Options options = new Options().put("x-dirty-bitmap", "qemu:dirty-bitmap:b");
            try (BlockBackend client = served.connect(options)) {
                BlockStatus clean = client.status(0, LENGTH, true);
                BlockStatus dirty = client.status(131072, LENGTH - 131072, true);

                assertThat(clean.length()).isEqualTo(131072);
                assertThat(clean.data()).isTrue();
                assertThat(dirty.length()).isEqualTo(65536);
                assertThat(dirty.data()).isFalse();
            }
        }
    }

    /// What a point in time of an overlay shows of its backing file is a hole, but not zero.
    @Test
    void holeThatIsNotSaidToBeZeroIsRead() throws BlockException {
        MemoryHost host = new MemoryHost();
        try (TestGraph images = new TestGraph(host, new FormatDrivers())) {
            images.create("qcow2", "overlay", new Options().put("size", Integer.toString(LENGTH)));
        }
        host.put("kept", new MemoryStorage(new byte[LENGTH]));
        Options options =
                new Options()
                        .put("driver", "snapshot-access")
                        .put("file.driver", "copy-before-write")
                        .put("file.file.driver", "qcow2")
                        .put("file.file.file.driver", MemoryHost.DRIVER)
                        .put("file.file.file.filename", "overlay")
                        .put("file.file.backing", "mem")
                        .put("file.target.driver", MemoryHost.DRIVER)
                        .put("file.target.filename", "kept");
        try (ServedDisk served = new ServedDisk(folder, LENGTH, options, host);
                BlockBackend client = served.connect()) {
            served.host.get("disk").corrupt(70_000, 1);

            BlockStatus status = client.status(0, LENGTH, true);
            ByteBuffer back = ByteBuffer.allocateDirect(LENGTH);
            client.read(0, back);

            assertThat(status.length()).isEqualTo(LENGTH);
            assertThat(status.allocated() || status.data() || status.zero()).isFalse();
            assertThat(back.get(70_000)).isNotZero();
        }
    }

    @Test
    void finishesWhatIsUnderWayWhenItEnds() throws BlockException {
        try (ServedDisk served = new ServedDisk(folder, LENGTH);
                BlockBackend client = served.connect()) {
            client.write(0, data(65536, 3), WriteFlags.NONE);
            served.stop();

            assertThat(served.host.get("disk").content()[65535]).isEqualTo((byte) 3);
        }
    }

    @Test
    void aClientWithPatienceLosesNothingWhenServersComeAndGo() throws BlockException {
        try (ServedDisk served = new ServedDisk(folder, LENGTH);
                Workers workers = Workers.platform("writer");
                BlockBackend client = served.connect(new Options().put("reconnect-delay", 60))) {
            for (int t = 0; t < 3; t++) {
                int first = t;
                workers.fork(() -> {
                    for (int i = first; i < 600; i += 3) {
                        client.write(i * 512L, data(512, i % 251 + 1), WriteFlags.NONE);
                    }
                });
            }
            for (int i = 0; i < 10; i++) {
                served.restart(ServerOptions.DEFAULT, export -> export);
            }
            workers.join();
            client.flush();

            byte[] content = served.host.get("disk").content();
            for (int i = 0; i < 600; i++) {
                assertThat(content[i * 512]).isEqualTo((byte) (i % 251 + 1));
            }
        }
    }

    @Test
    void aClientWithoutPatienceFailsAndComesBack() throws BlockException {
        try (ServedDisk served = new ServedDisk(folder, LENGTH);
                BlockBackend client = served.connect()) {
            served.stop();
            BlockException failure = null;
            try {
                client.read(0, ByteBuffer.allocateDirect(512));
            } catch (BlockException e) {
                failure = e;
            }
            served.restart(ServerOptions.DEFAULT, export -> export);

            client.read(0, ByteBuffer.allocateDirect(512));

            assertThat(failure).isNotNull();
        }
    }

    /// A flag that speaks of extended headers means nothing to who only asks what there is.
    @Test
    void tellsWhoListsExportsTheFlagsOfPlainHeaders() throws BlockException {
        try (ServedDisk served = new ServedDisk(folder, 4096);
                HostSocket client =
                        HostSocket.connect(SocketEndpoint.Unix.of(served.socket.toString()))) {
            List<ExportInfo> listed = new ClientHandshake(client, null, null).list();

            assertThat(listed).hasSize(1);
            assertThat(listed.getFirst().has(NbdWire.FLAG_SEND_DF)).isTrue();
            assertThat(listed.getFirst().has(NbdWire.FLAG_BLOCK_STATUS_PAYLOAD)).isFalse();
        }
    }

    @Test
    void offersSeveralExportsAndLeavesClientsOnesThatAreRemoved() throws IOException {
        SocketEndpoint endpoint = SocketEndpoint.Unix.of(folder.resolve("many").toString());
        try (ServedDisk first = new ServedDisk(folder, LENGTH);
                ServedDisk second =
                        new ServedDisk(Files.createDirectory(folder.resolve("b")), 4096);
                NbdServer server = new NbdServer(ServerOptions.DEFAULT)) {
            server.addExport(NbdExport.of("first", first.disk, true));
            server.addExport(NbdExport.of("second", second.disk, false));
            server.listen(HostListener.open(endpoint, 4));
            Options options = new Options().put("path", endpoint.toString()).put("export", "first");
            try (BlockBackend client = first.connect(options);
                    RawPeer peer = new RawPeer(folder.resolve("many"))) {
                peer.greet();
                peer.option(NbdWire.OPT_LIST, new byte[0]);
                assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_SERVER);
                assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_SERVER);
                assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ACK);

                server.removeExport("first");

                peer.option(NbdWire.OPT_GO, RawPeer.name("first"));
                assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_UNKNOWN);
                client.write(0, data(512, 5), WriteFlags.NONE);
                assertThat(first.host.get("disk").content()[511]).isEqualTo((byte) 5);
                peer.option(NbdWire.OPT_EXPORT_NAME, "second".getBytes(StandardCharsets.UTF_8));
                assertThat(peer.receive(10).getLong()).isEqualTo(4096);
            }
        }
    }
}
