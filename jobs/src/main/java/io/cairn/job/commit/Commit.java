package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.JobControl;
import io.cairn.job.RateLimit;

import java.nio.ByteBuffer;

/// Writes what the images above a base hold into the base.
///
/// A base that is shorter than the top is made as long. What reads as zeroes is written as zeroes.
/// Images between the top and the base are not what they were afterwards; the top reads as before.
/// A failure leaves some of the data in the base and all of it in the images above.
public final class Commit {
    private static final int STEP = 2 << 20;

    private final BlockBackend top;
    private final BlockBackend base;
    private final RateLimit rate;
    private final JobControl control;

    /// @param top a backend that may read
    /// @param base a backend on a node of the top's backing chain that may write and resize
    public Commit(BlockBackend top, BlockBackend base, RateLimit rate, JobControl control) {
        this.top = top;
        this.base = base;
        this.rate = rate;
        this.control = control;
    }

    /// Copies, and makes sure that it is on stable storage. The control counts the top's bytes.
    public void run() throws BlockException {
        long length = top.length();
        BlockNode baseNode = base.node();
        control.addTotal(length);
        if (base.length() < length) {
            base.truncate(length, false, Preallocation.OFF, false);
        }
        try (PooledBuffer pooled = BufferPool.shared().acquire(STEP)) {
            for (long offset = 0; offset < length; ) {
                control.checkpoint();
                ChainStatus above =
                        ChainStatus.above(top.node(), baseNode, offset, length - offset, true);
                long n = above.status().length();
                if (above.status().allocated()) {
                    n = above.status().zero() ? n : Math.min(n, STEP);
                    rate.pass(n, control);
                    if (above.status().zero()) {
                        base.writeZeroes(offset, n, WriteFlags.MAY_UNMAP);
                    } else {
                        copy(offset, Buffers.slice(pooled.buffer(), 0, (int) n));
                    }
                }
                offset += n;
                control.advance(n);
            }
        }
        base.flush();
    }

    private void copy(long offset, ByteBuffer buffer) throws BlockException {
        top.read(offset, buffer);
        base.write(offset, buffer, WriteFlags.NONE);
    }
}
