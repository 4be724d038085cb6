package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.os.NativeDeflate;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Raw deflate streams (RFC 1951), without zlib's header.
///
/// The reference tool packs with a window of 4 KiB and reads any; we pack with one of 32 KiB. Where
/// the system has a faster library it does the work; what that cannot unpack the JDK judges.
final class ZlibCompressor implements ClusterCompressor {
    private static final int LEVEL = 6;

    private final @Nullable NativeDeflate fast;
    private @Nullable Deflater deflater;
    private @Nullable Inflater inflater;

    ZlibCompressor() {
        this(NativeDeflate.ofLevel(LEVEL));
    }

    /// @param fast does what it can, null to leave everything to the JDK
    ZlibCompressor(@Nullable NativeDeflate fast) {
        this.fast = fast;
    }

    @Override
    public int compress(ByteBuffer cluster, ByteBuffer dst) {
        int room = Math.max(0, Math.min(dst.remaining(), cluster.remaining() - 1));
        ByteBuffer out = dst.slice(dst.position(), room);
        if (fast != null) {
            int length = fast.compress(cluster, out);
            return length == 0 ? -1 : length;
        }
        Deflater engine = deflater;
        if (engine == null) {
            engine = new Deflater(LEVEL, true);
            deflater = engine;
        } else {
            engine.reset();
        }
        engine.setInput(cluster.duplicate());
        engine.finish();
        int length = engine.deflate(out);
        return engine.finished() ? length : -1;
    }

    @Override
    public void decompress(ByteBuffer src, ByteBuffer cluster) throws BlockException {
        if (fast == null || !fast.decompress(src, cluster)) {
            inflate(src, cluster);
        }
    }

    private void inflate(ByteBuffer src, ByteBuffer cluster) throws BlockException {
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
        if (fast != null) {
            fast.close();
        }
        if (deflater != null) {
            deflater.end();
        }
        if (inflater != null) {
            inflater.end();
        }
    }
}
