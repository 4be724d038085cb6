package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.DriverInstance;

/// Where a range that is copied inside the host goes.
///
/// @param edge leads to the node that takes it
/// @param offset bytes of that node
record CopyTarget(ChildEdge edge, long offset) {
    /// The place so many bytes further on.
    CopyTarget behind(long bytes) {
        return bytes == 0 ? this : new CopyTarget(edge, offset + bytes);
    }

    /// Takes what a protocol's node stores; false if it cannot be copied inside the host.
    boolean take(DriverInstance storage, long storageOffset, long length) throws BlockException {
        return edge.copyFrom(storage, storageOffset, offset, length);
    }

    void zero(long length) throws BlockException {
        edge.writeZeroes(offset, length, WriteFlags.NONE);
    }
}
