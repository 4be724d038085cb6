package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.protocol.nbd.NbdWire;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// What clients that break the protocol can do: lose their own connection, and nothing else.
class HostilePeerTest {
    private static final int EPERM = 1;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;

    @TempDir Path folder;
    private ServedDisk served;

    @BeforeEach
    void serve() throws BlockException {
        served = new ServedDisk(folder, 1 << 20);
    }

    @AfterEach
    void close() throws BlockException {
        served.close();
    }

    private void requireService() throws BlockException {
        try (BlockBackend disk = served.connect()) {
            ByteBuffer data = ByteBuffer.allocateDirect(512).putLong(0, 42);
            disk.write(4096, data, WriteFlags.NONE);
            ByteBuffer back = ByteBuffer.allocateDirect(512);
            disk.read(4096, back);
            assertThat(back).isEqualTo(data);
        }
    }

    @Test
    void endsAConnectionWithUnknownClientFlags() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.receive(18);
            peer.send(ByteBuffer.allocate(4).putInt(0x80).flip());

            assertThat(peer.receiveAll()).isZero();
        }
        requireService();
    }

    @Test
    void refusesUnknownOptionsAndGoesOn() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.greet();
            peer.option(0x7fff, new byte[100]);
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_UNSUP);

            peer.option(NbdWire.OPT_GO, RawPeer.name("none"));
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_UNKNOWN);

            peer.option(NbdWire.OPT_STARTTLS, new byte[0]);
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_POLICY);

            peer.option(NbdWire.OPT_LIST, new byte[1]);
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_INVALID);

            peer.option(NbdWire.OPT_SET_META_CONTEXT, RawPeer.name(""));
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_INVALID);

            peer.option(NbdWire.OPT_INFO, new byte[200_000]);
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ERR_TOO_BIG);

            peer.option(NbdWire.OPT_ABORT, new byte[0]);
            assertThat(peer.optionReply()).isEqualTo(NbdWire.REP_ACK);
            assertThat(peer.receiveAll()).isZero();
        }
    }

    @Test
    void endsAConnectionWithAnOptionOfAbsurdLength() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.greet();
            peer.send(
                    ByteBuffer.allocate(16)
                            .putLong(NbdWire.OPTION_MAGIC)
                            .putInt(NbdWire.OPT_GO)
                            .putInt(-1)
                            .flip());

            assertThat(peer.receiveAll()).isZero();
        }
        requireService();
    }

    @Test
    void endsAConnectionWithBadRequestMagic() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.choose();
            peer.send(ByteBuffer.allocate(NbdWire.REQUEST_SIZE));

            assertThat(peer.receiveAll()).isZero();
        }
        requireService();
    }

    @Test
    void answersImpossibleRequestsWithErrors() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.choose();
            peer.request(0, NbdWire.CMD_READ, 1, 1 << 20, 1);
            assertThat(peer.simpleReply(1)).isEqualTo(EINVAL);

            peer.request(0, NbdWire.CMD_READ, 2, -1, 1);
            assertThat(peer.simpleReply(2)).isEqualTo(EINVAL);

            peer.request(0, NbdWire.CMD_READ, 3, 0, -1);
            assertThat(peer.simpleReply(3)).isEqualTo(EINVAL);

            peer.request(0, NbdWire.CMD_WRITE_ZEROES, 4, 4096, 1 << 20);
            assertThat(peer.simpleReply(4)).isEqualTo(ENOSPC);

            peer.request(0, 99, 5, 0, 0);
            assertThat(peer.simpleReply(5)).isEqualTo(EINVAL);

            peer.request(0x40, NbdWire.CMD_READ, 6, 0, 512);
            assertThat(peer.simpleReply(6)).isEqualTo(EINVAL);

            peer.request(0, NbdWire.CMD_BLOCK_STATUS, 7, 0, 512);
            assertThat(peer.simpleReply(7)).isEqualTo(EINVAL);

            peer.request(0, NbdWire.CMD_READ, 8, 0, 512);
            assertThat(peer.simpleReply(8)).isZero();
            peer.receive(512);
        }
    }

    @Test
    void refusesToWriteToAReadOnlyExport() throws IOException {
        served.restart(ServerOptions.DEFAULT, export -> NbdExport.of("", export.backend(), false));
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.choose();
            peer.request(0, NbdWire.CMD_WRITE, 1, 0, 512);
            peer.send(ByteBuffer.allocate(512));
            assertThat(peer.simpleReply(1)).isEqualTo(EPERM);

            peer.request(0, NbdWire.CMD_TRIM, 2, 0, 512);
            assertThat(peer.simpleReply(2)).isEqualTo(EPERM);
        }
    }

    @Test
    void endsAConnectionWithAnAbsurdPayload() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.choose();
            peer.request(0, NbdWire.CMD_WRITE, 1, 0, -1);

            assertThat(peer.receiveAll()).isZero();
        }
        requireService();
    }

    @Test
    void survivesAClientThatDiesInMidWrite() throws IOException {
        byte[] before = served.host.get("disk").content();
        for (int i = 0; i < 20; i++) {
            try (RawPeer peer = new RawPeer(served.socket)) {
                peer.choose();
                peer.request(0, NbdWire.CMD_WRITE, 1, 0, 300_000);
                ByteBuffer part = ByteBuffer.allocate(1 + 10_000 * i);
                while (part.hasRemaining()) {
                    part.put((byte) 7);
                }
                peer.send(part.flip());
            }
        }

        requireService();
        byte[] after = served.host.get("disk").content();
        assertThat(after[0]).isEqualTo(before[0]);
    }

    @Test
    void survivesHalfHeaders() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(NbdWire.REQUEST_SIZE);
        header.putInt(0, NbdWire.REQUEST_MAGIC);
        for (int length = 1; length < NbdWire.REQUEST_SIZE; length += 5) {
            try (RawPeer peer = new RawPeer(served.socket)) {
                peer.choose();
                peer.send(header.slice(0, length));
            }
        }
        requireService();
    }

    @Test
    void servesOthersWhileManyReadersTakeNothing() throws IOException {
        RawPeer[] peers = new RawPeer[40];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = new RawPeer(served.socket);
            peers[i].choose();
            for (int r = 0; r < 8; r++) {
                peers[i].request(0, NbdWire.CMD_READ, r, 0, 1 << 20);
            }
        }

        requireService();

        for (RawPeer peer : peers) {
            peer.close();
        }
    }

    @Test
    void answersWhatIsUnderWayWhenTheServerEnds() throws IOException {
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.choose();
            for (int i = 0; i < 50; i++) {
                peer.request(0, NbdWire.CMD_WRITE, i, 4096L * i, 4096);
                peer.send(ByteBuffer.allocate(4096));
            }
            peer.simpleReply(0);

            served.stop();

            assertThat(peer.receiveAll() % NbdWire.SIMPLE_REPLY_SIZE).isZero();
        }
    }

    @Test
    void endsHandshakesThatTakeTooLong() throws IOException {
        served.restart(ServerOptions.DEFAULT.withHandshakeMillis(50), export -> export);
        try (RawPeer peer = new RawPeer(served.socket)) {
            peer.greet();

            assertThat(peer.receiveAll()).isZero();
        }
    }

    @Test
    void keepsMoreClientsWaitingThanAreAllowed() throws IOException {
        served.restart(ServerOptions.DEFAULT.withMaxConnections(1), export -> export);
        try (RawPeer second = waitingBehindFirst()) {
            second.greet();
        }
    }

    private RawPeer waitingBehindFirst() throws IOException {
        try (RawPeer first = new RawPeer(served.socket)) {
            first.choose();
            return new RawPeer(served.socket);
        }
    }
}
