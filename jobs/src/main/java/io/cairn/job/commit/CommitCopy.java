package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;

import java.nio.ByteBuffer;

/// The steps of writing what the images above a base hold into the base.
final class CommitCopy {
    private final BlockBackend top;
    private final BlockBackend base;
    private final BlockNode baseNode;

    CommitCopy(BlockBackend top, BlockBackend base) {
        this.top = top;
        this.base = base;
        this.baseNode = base.node();
    }

    /// Makes a base that is shorter than the top as long.
    void growBase() throws BlockException {
        if (base.length() < top.length()) {
            base.truncate(top.length(), false, Preallocation.OFF, false);
        }
    }

    /// What is above the base at the start of a range; to be written if it is allocated.
    BlockStatus next(long offset, long length) throws BlockException {
        return ChainStatus.above(top.node(), baseNode, offset, length, true).status();
    }

    void read(long offset, ByteBuffer buffer) throws BlockException {
        top.read(offset, buffer);
    }

    void write(long offset, ByteBuffer buffer) throws BlockException {
        base.write(offset, buffer, WriteFlags.NONE);
    }

    void writeZeroes(long offset, long length) throws BlockException {
        base.writeZeroes(offset, length, WriteFlags.MAY_UNMAP);
    }

    /// Makes sure that all of it is on stable storage.
    void flush() throws BlockException {
        base.flush();
    }
}
