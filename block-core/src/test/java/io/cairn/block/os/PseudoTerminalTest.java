package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;

class PseudoTerminalTest {
    /// Control characters, line ends and bytes above 127 among them.
    @Test
    void passesAllBytesAsTheyAre() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        try (PseudoTerminal terminal = PseudoTerminal.open();
                RandomAccessFile peer = new RandomAccessFile(terminal.name(), "rw");
                ByteStream stream = terminal.awaitPeer().orElseThrow()) {
            stream.write(ByteBuffer.allocateDirect(all.length).put(all).flip());
            byte[] there = new byte[all.length];
            peer.readFully(there);
            assertThat(there).isEqualTo(all);

            peer.write(all);
            ByteBuffer back = ByteBuffer.allocateDirect(all.length);
            stream.readFully(back);
            byte[] here = new byte[all.length];
            back.get(0, here);
            assertThat(here).isEqualTo(all);
        }
    }

    @Test
    void aStreamEndsWithItsPeerAndTheNextGetsItsOwn() throws Exception {
        try (PseudoTerminal terminal = PseudoTerminal.open()) {
            for (int turn = 0; turn < 3; turn++) {
                RandomAccessFile peer = new RandomAccessFile(terminal.name(), "rw");
                try (ByteStream stream = terminal.awaitPeer().orElseThrow()) {
                    peer.write(turn);
                    ByteBuffer got = ByteBuffer.allocateDirect(8);
                    assertThat(stream.read(got)).isEqualTo(1);
                    assertThat(got.get(0)).isEqualTo((byte) turn);
                    peer.close();
                    assertThat(stream.read(got)).isEqualTo(-1);
                    assertThatThrownBy(() -> stream.write(got)).isInstanceOf(BlockException.class);
                }
            }
        }
    }

    /// Nobody reads at the other end; nobody opens it; nobody writes there.
    @Test
    void closingWakesWhoeverWaits() throws Exception {
        PseudoTerminal terminal = PseudoTerminal.open();
        PseudoTerminal unused = PseudoTerminal.open();
        try (Workers workers = Workers.platform("terminal");
                RandomAccessFile peer = new RandomAccessFile(terminal.name(), "rw");
                ByteStream stream = terminal.awaitPeer().orElseThrow()) {
            workers.fork(() -> assertThat(unused.awaitPeer()).isEmpty());
            workers.fork(() -> assertEnds(() -> stream.read(ByteBuffer.allocateDirect(1))));
            workers.fork(() -> assertEnds(() -> flood(stream)));

            terminal.close();
            unused.close();

            workers.join();
            assertThat(peer.getFD().valid()).isTrue();
        }
    }

    @Test
    void aStreamThatIsShutDownEndsAlone() throws Exception {
        try (PseudoTerminal terminal = PseudoTerminal.open();
                RandomAccessFile peer = new RandomAccessFile(terminal.name(), "rw")) {
            ByteStream first = terminal.awaitPeer().orElseThrow();
            first.shutdown();
            assertThat(first.read(ByteBuffer.allocateDirect(1))).isEqualTo(-1);
            first.close();

            try (ByteStream second = terminal.awaitPeer().orElseThrow()) {
                peer.write(7);
                assertThat(second.read(ByteBuffer.allocateDirect(1))).isEqualTo(1);
            }
        }
    }

    private interface Use {
        int use() throws BlockException;
    }

    private static void assertEnds(Use use) {
        try {
            assertThat(use.use()).isEqualTo(-1);
        } catch (BlockException e) {
            assertThat(e.errno()).isNotNull();
        }
    }

    private static int flood(ByteStream stream) throws BlockException {
        stream.write(ByteBuffer.allocateDirect(1 << 20));
        return 0;
    }
}
