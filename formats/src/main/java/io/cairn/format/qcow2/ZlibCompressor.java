package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Raw deflate streams (RFC 1951), without zlib's header.
///
/// The reference tool packs with a window of 4 KiB and reads any. The JDK packs with 32 KiB, which
/// makes a lower level pack as well as the reference tool does.
final class ZlibCompressor implements ClusterCompressor {
    private static final int LEVEL = 6;

    private @Nullable Deflater deflater;
    private @Nullable Inflater inflater;

    @Override
    public int compress(ByteBuffer cluster, ByteBuffer dst) {
        Deflater engine = deflater;
        if (engine == null) {
            engine = new Deflater(LEVEL, true);
            deflater = engine;
        } else {
            engine.reset();
        }
        int room = Math.min(dst.remaining(), cluster.remaining() - 1);
        engine.setInput(cluster.duplicate());
        engine.finish();
        int length = engine.deflate(dst.slice(dst.position(), Math.max(0, room)));
        return engine.finished() ? length : -1;
    }

    @Override
    public void decompress(ByteBuffer src, ByteBuffer cluster) throws BlockException {
        Inflater engine = inflater;
        if (engine == null) {
            engine = new Inflater(true);
            inflater = engine;
        } else {
            engine.reset();
        }
        engine.setInput(src.duplicate());
        ByteBuffer out = cluster.duplicate();
        try {
            while (out.hasRemaining()) {
                if (engine.inflate(out) == 0) {
                    throw new CorruptImageException(Errno.EIO, Errno.EIO.text());
                }
            }
        } catch (DataFormatException e) {
            CorruptImageException failure = new CorruptImageException(Errno.EIO, Errno.EIO.text());
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public void close() {
        if (deflater != null) {
            deflater.end();
        }
        if (inflater != null) {
            inflater.end();
        }
    }
}
