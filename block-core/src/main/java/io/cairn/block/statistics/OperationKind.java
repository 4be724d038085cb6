package io.cairn.block.statistics;

/// What a counted request does.
public enum OperationKind {
    READ,
    /// Writes and writes of zeroes.
    WRITE,
    FLUSH,
    /// Discards.
    UNMAP
}
