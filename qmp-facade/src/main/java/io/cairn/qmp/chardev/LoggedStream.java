package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.PassedDescriptor;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// A stream of whose output a file keeps a copy. A copy that cannot be written is left out.
final class LoggedStream implements ByteStream {
    private final ByteStream stream;
    private final OutputFile log;

    LoggedStream(ByteStream stream, OutputFile log) {
        this.stream = stream;
        this.log = log;
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        stream.write(srcs);
        for (ByteBuffer src : srcs) {
            keep(src);
        }
    }

    private void keep(ByteBuffer src) {
        try {
            log.write(src);
        } catch (BlockException _) {
            // Who speaks over the device does so in spite of a full disk.
        }
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        return stream.read(dst);
    }

    @Override
    public int read(ByteBuffer dst, long patienceMillis) throws BlockException {
        return stream.read(dst, patienceMillis);
    }

    @Override
    public int read(ByteBuffer dst, Consumer<PassedDescriptor> taker) throws BlockException {
        return stream.read(dst, taker);
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        return stream.awaitReadable(timeoutMillis);
    }

    @Override
    public void shutdownInput() {
        stream.shutdownInput();
    }

    @Override
    public void shutdown() {
        stream.shutdown();
    }

    @Override
    public void close() {
        stream.close();
    }
}
