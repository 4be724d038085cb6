package io.cairn.block.spi;

import io.cairn.block.BlockException;

/// What an instance implements that can copy data for somebody who does not look at them.
///
/// Thread-safe.
public interface Prefetching {
    /// Copies what a read of a range would copy.
    ///
    /// @param offset bytes of the disk
    /// @param length in bytes, at least 1
    void prefetch(long offset, int length) throws BlockException;
}
