package io.cairn.cli.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteStream;
import io.cairn.cli.console.Stdout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Standard input and output as one stream. It cannot be ended from here: a read that waits ends
/// with the process.
public final class StandardStream implements ByteStream {
    private final InputStream in;
    private final Stdout out;

    /// A stream on both.
    public StandardStream(InputStream in, Stdout out) {
        this.in = in;
        this.out = out;
    }

    /// Writes a line for people.
    public void announce(String line) {
        out.println(line);
        out.flush();
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        byte[] bytes = new byte[dst.remaining()];
        try {
            int count = in.read(bytes);
            if (count > 0) {
                dst.put(dst.position(), bytes, 0, count);
            }
            return count;
        } catch (IOException e) {
            throw BlockException.of(Errno.EIO, "standard input");
        }
    }

    @Override
    public void write(ByteBuffer... srcs) {
        for (ByteBuffer src : srcs) {
            byte[] bytes = new byte[src.remaining()];
            src.get(src.position(), bytes);
            out.write(bytes, 0, bytes.length);
        }
        out.flush();
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
