package io.cairn.job.scheduler;

import io.cairn.block.Workers;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// An NBD server (NBD protocol, "Oldstyle negotiation") that goes away at the first request.
final class VanishingServer implements AutoCloseable {
    private static final int GREETING = 152;

    private final ServerSocketChannel listener;
    private final CountDownLatch gone = new CountDownLatch(1);

    VanishingServer(Path socket, long size) throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Workers.startDaemon("vanishing", () -> serve(socket, size));
    }

    private void serve(Path socket, long size) {
        ByteBuffer greeting = ByteBuffer.allocate(GREETING);
        greeting.putLong(0x4e42444d41474943L).putLong(0x00420281861253L);
        greeting.putLong(size).putInt(1).clear();
        try (SocketChannel client = listener.accept()) {
            client.write(greeting);
            client.read(ByteBuffer.allocate(1));
            listener.close();
            Files.delete(socket);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        gone.countDown();
    }

    /// Waits until the first request has come and the server is gone.
    void awaitGone() throws InterruptedException {
        gone.await();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
