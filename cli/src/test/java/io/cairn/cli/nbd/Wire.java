package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What goes one way between two ends in memory; it can be held back to be cut.
final class Wire {
    static final long LONG_MILLIS = 60_000;

    private final BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();
    private volatile boolean holdsBack;
    private volatile byte[] held = {};

    void holdBack() {
        holdsBack = true;
    }

    /// What was written last since the wire holds back.
    byte[] held() {
        return held;
    }

    void send(byte[] part) {
        bytes.add(part);
    }

    private void write(byte[] part) {
        if (holdsBack) {
            held = part;
        } else {
            send(part);
        }
    }

    /// One end of two wires.
    static final class End implements ByteStream {
        private final Wire from;
        private final Wire to;
        private ByteBuffer here = ByteBuffer.allocate(0);

        End(Wire from, Wire to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public int read(ByteBuffer dst) throws BlockException {
            assertThat(awaitReadable(LONG_MILLIS)).isTrue();
            int n = Math.min(dst.remaining(), here.remaining());
            dst.duplicate().put(here.slice(here.position(), n));
            here.position(here.position() + n);
            return n;
        }

        @Override
        public void write(ByteBuffer... srcs) {
            for (ByteBuffer src : srcs) {
                byte[] copy = new byte[src.remaining()];
                src.duplicate().get(copy);
                to.write(copy);
            }
        }

        @Override
        public boolean awaitReadable(long timeoutMillis) {
            try {
                byte[] next =
                        here.hasRemaining()
                                ? null
                                : from.bytes.poll(timeoutMillis, TimeUnit.MILLISECONDS);
                if (next != null) {
                    here = ByteBuffer.wrap(next);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return here.hasRemaining();
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdown() {}

        @Override
        public void close() {}
    }
}
