package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.protocol.nbd.NbdWire;
import io.cairn.testimages.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Many clients at once, most of them idle and some of them bad: the busy ones are served, and the
/// others hold neither threads nor memory.
@Timeout(60)
class ServerLoadTest {
    private static final boolean IS_FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int LENGTH = 64 << 20;
    private static final int IDLE = IS_FULL ? 1000 : 300;
    private static final int BUSY = IS_FULL ? 64 : 8;
    private static final int REQUESTS = IS_FULL ? 20_000 : 200;

    @TempDir Path folder;

    /// Waits until no connection holds a thread.
    private static void awaitRest(ServedDisk served) {
        Eventually.await("no connection holds a thread", () -> served.working.get() == 0);
    }

    /// Waits until no more buffers are lent than were before, when an earlier server may have had
    /// some left.
    private static void awaitBuffers(long before) {
        Eventually.await(
                "no connection holds a buffer", () -> BufferPool.shared().lentBytes() <= before);
    }

    private static RawPeer connect(ServedDisk served, List<RawPeer> peers) throws IOException {
        RawPeer peer = new RawPeer(served.socket);
        peers.add(peer);
        return peer;
    }

    private static void closeAll(List<RawPeer> peers) throws IOException {
        for (RawPeer peer : peers) {
            peer.close();
        }
        peers.clear();
    }

    @Test
    void connectionsWithoutRequestsHoldNeitherThreadsNorBuffers() throws IOException {
        List<RawPeer> peers = new ArrayList<>();
        try (ServedDisk served = new ServedDisk(folder, LENGTH)) {
            long before = BufferPool.shared().lentBytes();
            for (int i = 0; i < IDLE; i++) {
                RawPeer peer = connect(served, peers);
                peer.choose();
                peer.request(0, NbdWire.CMD_READ, i, 4096L * i, 4096);
                assertThat(peer.simpleReply(i)).isZero();
                peer.receive(4096);
            }

            awaitRest(served);
            awaitBuffers(before);

            for (RawPeer peer : peers) {
                peer.request(0, NbdWire.CMD_FLUSH, 7, 0, 0);
                assertThat(peer.simpleReply(7)).isZero();
            }
        } finally {
            closeAll(peers);
        }
    }

    @Test
    void clientsThatSayNothingOrHalfOfItHoldNoThreads() throws IOException {
        List<RawPeer> peers = new ArrayList<>();
        try (ServedDisk served = new ServedDisk(folder, LENGTH)) {
            ByteBuffer header = ByteBuffer.allocate(NbdWire.REQUEST_SIZE);
            header.putInt(0, NbdWire.REQUEST_MAGIC).putShort(6, (short) NbdWire.CMD_FLUSH);
            for (int i = 0; i < IDLE; i++) {
                RawPeer peer = connect(served, peers);
                if (i % 2 == 0) {
                    peer.choose();
                    peer.send(header.slice(0, 20));
                }
            }

            awaitRest(served);

            requireService(served, 1);
            for (int i = 0; i < IDLE; i += 2) {
                peers.get(i).send(header.slice(20, NbdWire.REQUEST_SIZE - 20));
                assertThat(peers.get(i).simpleReply(0)).isZero();
            }
        } finally {
            closeAll(peers);
        }
    }

    @Test
    void busyClientsAreServedBesideIdleAndBadOnes() throws IOException {
        List<RawPeer> peers = new ArrayList<>();
        try (ServedDisk served = new ServedDisk(folder, LENGTH);
                Workers workers = Workers.platform("client")) {
            long before = BufferPool.shared().lentBytes();
            for (int i = 0; i < IDLE; i++) {
                misbehave(connect(served, peers), i);
            }
            for (int i = 0; i < BUSY; i++) {
                int client = i;
                workers.fork(() -> requireService(served, client));
            }
            workers.join();

            closeAll(peers);
            awaitRest(served);
            awaitBuffers(before);
        } finally {
            closeAll(peers);
        }
    }

    /// Does one of the things that a client should not do, and stays.
    private static void misbehave(RawPeer peer, int kind) throws IOException {
        switch (kind % 6) {
            case 0 -> peer.choose();
            case 1 -> {
                // Breaks off in the payload of a write that is longer than what is held of it.
                peer.choose();
                peer.request(0, NbdWire.CMD_WRITE, 1, LENGTH / 2, 16 << 20);
                peer.send(ByteBuffer.allocate(100_000));
            }
            case 2 -> {
                // Asks for much, and takes nothing.
                peer.choose();
                for (int i = 0; i < 8; i++) {
                    peer.request(0, NbdWire.CMD_READ, i, LENGTH / 2, 32 << 20);
                }
            }
            case 3 -> {
                peer.choose();
                for (int i = 0; i < 100; i++) {
                    peer.request(0, NbdWire.CMD_READ, i, LENGTH / 2, 32 << 10);
                }
            }
            case 4 -> peer.greet();
            default -> {
                peer.choose();
                peer.send(ByteBuffer.allocate(NbdWire.REQUEST_SIZE));
            }
        }
    }

    /// Writes and reads in a part of the disk that is this client's alone.
    private static void requireService(ServedDisk served, int client) throws BlockException {
        Random random = new Random(SEED + client);
        long base = client * 262_144L;
        try (BlockBackend disk = served.connect()) {
            ByteBuffer data = ByteBuffer.allocateDirect(131_072);
            ByteBuffer back = ByteBuffer.allocateDirect(131_072);
            for (int i = 0; i < REQUESTS; i++) {
                int length = i % 10 == 0 ? data.capacity() : 4096;
                long offset = base + random.nextInt(32) * 4096L;
                data.limit(length).putLong(0, random.nextLong());
                disk.write(offset, data, WriteFlags.NONE);
                disk.read(offset, back.limit(length));
                assertThat(back).as("seed %d", SEED).isEqualTo(data);
            }
        }
    }
}
