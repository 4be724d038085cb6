package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/// A stream that takes what is written and gives nothing, until it is closed.
final class OneWayStream implements ByteStream {
    private final Sink sink;
    private final Semaphore closed = new Semaphore(0);

    /// Where the bytes go.
    @FunctionalInterface
    interface Sink {
        void write(ByteBuffer src) throws BlockException;
    }

    OneWayStream(Sink sink) {
        this.sink = sink;
    }

    /// Has somebody speak over such a stream, on a thread of its own.
    static void serve(String name, FrontEnd frontEnd, Sink sink) {
        Workers.startDaemon("chardev:" + name, () -> frontEnd.serve(new OneWayStream(sink)));
    }

    /// Waits for the end.
    @Override
    public int read(ByteBuffer dst) {
        closed.acquireUninterruptibly();
        closed.release();
        return -1;
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        for (ByteBuffer src : srcs) {
            sink.write(src);
        }
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) {
        return true;
    }

    @Override
    public void shutdownInput() {
        closed.release();
    }

    @Override
    public void shutdown() {
        closed.release();
    }

    @Override
    public void close() {
        closed.release();
    }
}
