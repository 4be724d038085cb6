package io.cairn.protocol.nbd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.os.ByteStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/// What is told of a server that goes away in the middle of the handshake, as the peer was seen to
/// tell it.
class ClientHandshakeTest {
    private static final String EARLY = "Unexpected end-of-file before all data were read";

    /// What plain newstyle servers send: greeting, export length, flags, zeroes.
    private static ByteBuffer newstyle() {
        return ByteBuffer.allocate(18 + 10 + NbdWire.RESERVED_ZEROES)
                .putLong(NbdWire.INIT_MAGIC)
                .putLong(NbdWire.OPTION_MAGIC)
                .putShort((short) 0)
                .putLong(1 << 20)
                .putShort((short) 1)
                .rewind();
    }

    private static ByteBuffer oldstyle() {
        return ByteBuffer.allocate(16 + 12 + NbdWire.RESERVED_ZEROES)
                .putLong(NbdWire.INIT_MAGIC)
                .putLong(NbdWire.OLDSTYLE_MAGIC)
                .putLong(1 << 20)
                .putInt(1)
                .rewind();
    }

    private static void choose(Script server) throws BlockException {
        new ClientHandshake(server, null, null).choose("", null);
    }

    @ParameterizedTest
    @CsvSource({
        "0, initial magic", "7, initial magic", "8, server magic", "16, server flags",
        "18, export length", "22, export length", "26, export flags", "28, reserved block",
        "151, reserved block",
    })
    void namesTheFieldThatTheServerDidNotSend(int sent, String field) {
        Script server = new Script(newstyle().limit(sent));

        assertThatThrownBy(() -> choose(server)).hasMessage("Failed to read %s: %s", field, EARLY);
    }

    @ParameterizedTest
    @CsvSource({
        "16, export length",
        "24, export flags",
        "28, reserved block",
        "151, reserved block",
    })
    void namesTheFieldThatAnOldstyleServerDidNotSend(int sent, String field) {
        Script server = new Script(oldstyle().limit(sent));

        assertThatThrownBy(() -> choose(server)).hasMessage("Failed to read %s: %s", field, EARLY);
    }

    @Test
    void namesTheFieldBeforeWhichTheConnectionWasReset() {
        Script server = new Script(newstyle().limit(18));
        server.resets = true;

        assertThatThrownBy(() -> choose(server))
                .hasMessage(
                        "Failed to read export length: Unable to read from socket: "
                                + "Connection reset by peer");
    }

    @ParameterizedTest
    @CsvSource({"0, clientflags field", "1, option request header"})
    void namesWhatTheServerDidNotTake(int taken, String what) {
        Script server = new Script(newstyle());
        server.takes = taken;

        assertThatThrownBy(() -> choose(server))
                .hasMessage("Failed to send %s: Unable to write to socket: Broken pipe", what);
    }

    /// A server that says what it has to say whatever it is asked.
    private static final class Script implements ByteStream {
        private final ByteBuffer says;

        /// Whether the end is one by force.
        private boolean resets;

        /// After so many messages it takes no more.
        private int takes = Integer.MAX_VALUE;

        Script(ByteBuffer says) {
            this.says = says;
        }

        @Override
        public int read(ByteBuffer dst) throws BlockException {
            int n = Math.min(dst.remaining(), says.remaining());
            if (n == 0) {
                if (resets) {
                    throw new HostException(Errno.ECONNRESET, Errno.ECONNRESET.text());
                }
                return -1;
            }
            dst.duplicate().put(says.slice(says.position(), n));
            says.position(says.position() + n);
            return n;
        }

        @Override
        public void write(ByteBuffer... srcs) throws BlockException {
            if (takes-- == 0) {
                throw new HostException(Errno.EPIPE, Errno.EPIPE.text());
            }
        }

        @Override
        public boolean awaitReadable(long timeoutMillis) {
            return true;
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdown() {}

        @Override
        public void close() {}
    }
}
