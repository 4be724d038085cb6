package io.cairn.format.crypto;

/// A mode of operation under one key and in one direction, applied to many sectors at once. For one
/// thread.
interface ModeEngine {
    /// Transforms whole sectors.
    ///
    /// @param in the sectors, from 0 on; its content is lost
    /// @param sectors how many
    /// @param ivs a vector for each
    /// @param out takes the result, from 0 on
    void apply(byte[] in, int sectors, byte[] ivs, byte[] out);
}
