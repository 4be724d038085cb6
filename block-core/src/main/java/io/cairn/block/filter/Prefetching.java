package io.cairn.block.filter;

import io.cairn.block.BlockException;

/// An open `copy-on-read` node as a job sees it that wants data copied, and does not look at them.
///
/// Thread-safe.
public interface Prefetching {
    /// Copies into the filter's child what a read of a range would copy.
    ///
    /// @param offset bytes of the disk
    /// @param length in bytes, at least 1
    void prefetch(long offset, int length) throws BlockException;
}
