package io.cairn.format.qcow2;

import io.cairn.block.BlockException;

import java.nio.ByteBuffer;

/// One way of packing clusters, with the working memory of one call at a time.
///
/// Buffers are direct, used from position to limit without moving either. Not safe for use by
/// several threads.
interface ClusterCompressor extends AutoCloseable {
    /// Packs a cluster.
    ///
    /// @return the bytes written to `dst`, or -1 if they would not be fewer than those of the
    ///   cluster or do not fit; the content of `dst` is then undefined
    int compress(ByteBuffer cluster, ByteBuffer dst) throws BlockException;

    /// Unpacks a cluster; what follows the packed data in `src` is passed over.
    ///
    /// @param cluster takes exactly its remaining bytes, whatever the packed data claim
    /// @throws BlockException with `EIO` if the data are damaged or give too little
    void decompress(ByteBuffer src, ByteBuffer cluster) throws BlockException;

    /// Releases the working memory.
    @Override
    void close();
}
