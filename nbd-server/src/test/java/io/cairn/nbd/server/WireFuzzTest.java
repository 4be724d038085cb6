package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.protocol.nbd.NbdWire;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/// Byte streams that are nearly right, into both ends: no hang, no exception but the checked one,
/// and the next peer is served.
class WireFuzzTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int ROUNDS =
            "full".equals(System.getProperty("cairn.effort")) ? 20_000 : 300;

    @TempDir Path folder;

    @Test
    void serverOutlivesMutatedClients() throws IOException {
        Random random = new Random(SEED);
        try (ServedDisk served = new ServedDisk(folder, 1 << 20)) {
            for (int i = 0; i < ROUNDS; i++) {
                ByteBuffer session = mutated(clientSession(random), random);
                try (RawPeer peer = new RawPeer(served.socket)) {
                    peer.send(session);
                } catch (IOException _) {
                    // The server hung up, which it may.
                }
            }
            try (BlockBackend disk = served.connect()) {
                assertThat(disk.length()).as("seed %d", SEED).isEqualTo(1 << 20);
                disk.write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
            }
        }
    }

    @Test
    void clientOutlivesMutatedServers() throws IOException {
        Random random = new Random(SEED);
        SocketEndpoint endpoint = SocketEndpoint.Unix.of(folder.resolve("fuzz.sock").toString());
        try (HostListener listener = HostListener.open(endpoint, 16);
                Workers workers = Workers.platform("fuzz");
                ServedDisk served = new ServedDisk(folder, 1 << 20)) {
            Options options = new Options().put("path", endpoint.toString());
            for (int i = 0; i < ROUNDS; i++) {
                ByteBuffer session = mutated(serverSession(random), random);
                workers.fork(() -> {
                    try (HostSocket socket = listener.accept()) {
                        socket.write(session);
                        ByteBuffer sink = ByteBuffer.allocateDirect(4096);
                        int n = 0;
                        for (int r = 0; n >= 0 && r < 20 && socket.awaitReadable(20); r++) {
                            n = socket.read(sink);
                        }
                    } catch (BlockException _) {
                        // The client hung up, which it may.
                        return;
                    }
                });
                exercise(served, options);
                workers.join();
            }
        }
    }

    private static void exercise(ServedDisk served, Options options) {
        try (BlockBackend disk = served.connect(options)) {
            disk.read(0, ByteBuffer.allocateDirect(512));
            disk.status(0, disk.length(), true);
            disk.flush();
        } catch (BlockException e) {
            assertThat(e.getMessage()).as("seed %d", SEED).isNotEmpty();
        }
    }

    private static ByteBuffer clientSession(Random random) {
        ByteBuffer out = ByteBuffer.allocate(4096);
        out.putInt(NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES);
        option(out, NbdWire.OPT_STRUCTURED_REPLY, new byte[0]);
        if (random.nextBoolean()) {
            option(out, NbdWire.OPT_LIST, new byte[0]);
        }
        option(out, NbdWire.OPT_GO, RawPeer.name(""));
        for (int i = 0; i < 8; i++) {
            int command = random.nextInt(8);
            int length = random.nextInt(200);
            out.putInt(NbdWire.REQUEST_MAGIC).putShort((short) 0).putShort((short) command);
            out.putLong(i).putLong(random.nextInt(1 << 20)).putInt(length);
            if (command == NbdWire.CMD_WRITE) {
                out.put(new byte[length]);
            }
        }
        return out.flip();
    }

    private static void option(ByteBuffer out, int option, byte[] data) {
        out.putLong(NbdWire.OPTION_MAGIC).putInt(option).putInt(data.length).put(data);
    }

    private static ByteBuffer serverSession(Random random) {
        ByteBuffer out = ByteBuffer.allocate(4096);
        out.putLong(NbdWire.INIT_MAGIC).putLong(NbdWire.OPTION_MAGIC);
        out.putShort((short) (NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES));
        reply(out, NbdWire.OPT_EXTENDED_HEADERS, NbdWire.REP_ERR_UNSUP, ByteBuffer.allocate(0));
        reply(out, NbdWire.OPT_STRUCTURED_REPLY, NbdWire.REP_ACK, ByteBuffer.allocate(0));
        ByteBuffer context = ByteBuffer.allocate(4 + NbdWire.BASE_ALLOCATION.length());
        context.putInt(0);
        for (char c : NbdWire.BASE_ALLOCATION.toCharArray()) {
            context.put((byte) c);
        }
        reply(out, NbdWire.OPT_SET_META_CONTEXT, NbdWire.REP_META_CONTEXT, context.flip());
        reply(out, NbdWire.OPT_SET_META_CONTEXT, NbdWire.REP_ACK, ByteBuffer.allocate(0));
        ByteBuffer info = ByteBuffer.allocate(12).putShort((short) NbdWire.INFO_EXPORT);
        info.putLong(1 << 20).putShort((short) 0xded);
        reply(out, NbdWire.OPT_GO, NbdWire.REP_INFO, info.flip());
        reply(out, NbdWire.OPT_GO, NbdWire.REP_ACK, ByteBuffer.allocate(0));
        out.putInt(NbdWire.STRUCTURED_REPLY_MAGIC).putShort((short) NbdWire.REPLY_FLAG_DONE);
        out.putShort(
                (short) (random.nextBoolean() ? NbdWire.REPLY_OFFSET_DATA : NbdWire.REPLY_ERROR));
        out.putLong(1).putInt(8 + 512).putLong(0).put(new byte[512]);
        return out.flip();
    }

    private static void reply(ByteBuffer out, int option, int type, ByteBuffer data) {
        out.putLong(NbdWire.OPTION_REPLY_MAGIC).putInt(option).putInt(type);
        out.putInt(data.remaining()).put(data);
    }

    /// The same bytes with a few of them changed, or cut short.
    private static ByteBuffer mutated(ByteBuffer session, Random random) {
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(session.limit());
            session.put(at, (byte) (random.nextBoolean() ? random.nextInt() : -1));
        }
        if (random.nextInt(4) == 0) {
            session.limit(random.nextInt(session.limit()));
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(session.limit());
        return direct.put(session).flip();
    }
}
