package io.cairn.qmp.daemon;

import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A connection within the process: one end for a monitor, and the client's, which sends text and
/// takes lines.
final class LocalStream implements ByteStream {
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> toServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> toClient = new LinkedBlockingQueue<>();
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private final StringBuilder partial = new StringBuilder();

    void send(String text) {
        toServer.add(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The next line that the server has sent, without its end.
    String line() throws InterruptedException {
        return toClient.take();
    }

    /// The lines that have come and were not taken.
    int waiting() {
        return toClient.size();
    }

    @Override
    public int read(ByteBuffer dst) {
        try {
            while (!pending.hasRemaining()) {
                byte[] next = toServer.take();
                if (next == END) {
                    toServer.add(END);
                    return -1;
                }
                pending = ByteBuffer.wrap(next);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        int count = Math.min(dst.remaining(), pending.remaining());
        dst.put(dst.position(), pending, pending.position(), count);
        pending.position(pending.position() + count);
        return count;
    }

    @Override
    public void write(ByteBuffer... srcs) {
        for (ByteBuffer src : srcs) {
            partial.append(StandardCharsets.UTF_8.decode(src.duplicate()));
        }
        for (int end = partial.indexOf("\r\n"); end >= 0; end = partial.indexOf("\r\n")) {
            toClient.add(partial.substring(0, end));
            partial.delete(0, end + 2);
        }
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) {
        return true;
    }

    @Override
    public void shutdownInput() {
        toServer.add(END);
    }

    @Override
    public void shutdown() {
        toServer.add(END);
    }

    @Override
    public void close() {
        shutdown();
    }
}
