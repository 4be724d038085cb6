package io.cairn.block.spi;

import io.cairn.block.BlockException;

import java.nio.ByteBuffer;

/// A format that lets a cluster be stored compressed in two steps: packing, which costs the time
/// and may be done by many threads at once, and storing, which decides where it goes.
public interface CompressedWrites {
    /// Packs one cluster, or the image's shorter tail, as the image's compression does. Takes no
    /// lock and changes nothing.
    ///
    /// @param packed takes the result; as long as `src`
    /// @return the length of the result, or 0 if packing does not make the cluster smaller
    int pack(ByteBuffer src, ByteBuffer packed) throws BlockException;

    /// Stores one packed cluster, or the image's shorter tail.
    ///
    /// @param packed what {@link #pack} made of the cluster, from position to limit
    void writePacked(long offset, ByteBuffer packed) throws BlockException;
}
