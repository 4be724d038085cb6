package io.cairn.format.crypto;

/// A block cipher under one key and in one direction, applied to many blocks at once, each for
/// itself. For one thread.
interface BlockEngine {
    /// Transforms whole blocks; the two ranges do not overlap.
    void apply(byte[] in, int inOffset, int length, byte[] out, int outOffset);
}
