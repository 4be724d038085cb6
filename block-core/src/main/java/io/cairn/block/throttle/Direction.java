package io.cairn.block.throttle;

/// Which limits a request falls under.
public enum Direction {
    READ,
    /// Writes, writes of zeroes and discards.
    WRITE
}
