package io.cairn.format.qcow2;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// The compression of an open image. Many threads may use it at once; each call borrows a {@link
/// ClusterCompressor} that no one else uses, and what lies ready is used again.
final class Compression implements AutoCloseable {
    private static final int MAX_IDLE = 2 * Runtime.getRuntime().availableProcessors();

    private final int type;

    /// Those that no call uses, guarded by itself.
    private final ArrayDeque<ClusterCompressor> idle = new ArrayDeque<>();

    private Compression(int type) {
        this.type = type;
    }

    /// The compression of an image; nothing is loaded before its first use.
    ///
    /// @param type `compression_type` of the header, a known one
    static Compression of(int type) {
        return new Compression(type);
    }

    /// Packs a cluster; see {@link ClusterCompressor#compress}.
    int compress(ByteBuffer cluster, ByteBuffer dst) throws BlockException {
        ClusterCompressor compressor = borrow();
        int length = compressor.compress(cluster, dst);
        giveBack(compressor);
        return length;
    }

    /// Unpacks a cluster; see {@link ClusterCompressor#decompress}.
    void decompress(ByteBuffer src, ByteBuffer cluster) throws BlockException {
        ClusterCompressor compressor = borrow();
        try {
            compressor.decompress(src, cluster);
        } finally {
            giveBack(compressor);
        }
    }

    private ClusterCompressor borrow() throws BlockException {
        @Nullable ClusterCompressor ready;
        synchronized (idle) {
            ready = idle.pollLast();
        }
        if (ready != null) {
            return ready;
        }
        return type == Qcow2Layout.COMPRESSION_ZSTD ? new ZstdCompressor() : new ZlibCompressor();
    }

    private void giveBack(ClusterCompressor compressor) {
        synchronized (idle) {
            if (idle.size() < MAX_IDLE) {
                idle.addLast(compressor);
                return;
            }
        }
        compressor.close();
    }

    /// Releases what lies ready; no call is under way.
    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(ClusterCompressor::close);
            idle.clear();
        }
    }
}
