package io.cairn.block.spi;

import io.cairn.block.BlockException;

/// A format that lets the generic layer move the data of its writes: it says where, the generic
/// layer writes.
public interface PlannedWrites {
    /// Plans the write of a prefix of a guest range: allocates clusters, or finds them. Waits while
    /// another plan holds one of the same clusters. Each plan is ended by exactly one of its
    /// `commit` and `abort`.
    WritePlan planWrite(long offset, long length) throws BlockException;
}
