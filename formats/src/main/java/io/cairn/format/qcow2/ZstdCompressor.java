package io.cairn.format.qcow2;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Zstandard frames (RFC 8878), one after the other until the cluster is full.
///
/// Each frame is unpacked by one call straight into the cluster, so that the window that a frame
/// claims costs no memory.
final class ZstdCompressor implements ClusterCompressor {
    private static final int LEVEL = 3;

    private @Nullable ZstdCompressCtx packer;
    private @Nullable ZstdDecompressCtx unpacker;

    /// Loads the native library, if no one has yet.
    ///
    /// @throws BlockException with `ENOTSUP` if it cannot be loaded
    ZstdCompressor() throws BlockException {
        try {
            Zstd.defaultCompressionLevel();
        } catch (LinkageError e) {
            UnsupportedImageException failure =
                    new UnsupportedImageException(
                            Errno.ENOTSUP, "The zstd library cannot be loaded: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public int compress(ByteBuffer cluster, ByteBuffer dst) {
        ZstdCompressCtx engine = packer;
        if (engine == null) {
            engine = new ZstdCompressCtx().setLevel(LEVEL);
            packer = engine;
        }
        int room = Math.min(dst.remaining(), cluster.remaining() - 1);
        try {
            return engine.compressDirectByteBuffer(
                    dst, dst.position(), room, cluster, cluster.position(), cluster.remaining());
        } catch (ZstdException e) {
            if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
                return -1;
            }
            throw e;
        }
    }

    @Override
    public void decompress(ByteBuffer src, ByteBuffer cluster) throws BlockException {
        ZstdDecompressCtx engine = unpacker;
        if (engine == null) {
            engine = new ZstdDecompressCtx();
            unpacker = engine;
        }
        int from = src.position();
        int to = cluster.position();
        try {
            while (to < cluster.limit()) {
                long frame =
                        Zstd.findDirectByteBufferFrameCompressedSize(src, from, src.limit() - from);
                if (Zstd.isError(frame)) {
                    throw new CorruptImageException(Errno.EIO, Errno.EIO.text());
                }
                int length = Math.toIntExact(frame);
                to +=
                        engine.decompressDirectByteBuffer(
                                cluster, to, cluster.limit() - to, src, from, length);
                from += length;
            }
        } catch (ZstdException e) {
            CorruptImageException failure = new CorruptImageException(Errno.EIO, Errno.EIO.text());
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public void close() {
        if (packer != null) {
            packer.close();
        }
        if (unpacker != null) {
            unpacker.close();
        }
    }
}
