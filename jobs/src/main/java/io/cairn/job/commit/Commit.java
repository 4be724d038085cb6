package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.PooledBuffer;
import io.cairn.block.graph.BlockBackend;
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
        CommitCopy copy = new CommitCopy(top, base);
        control.addTotal(length);
        copy.growBase();
        try (PooledBuffer pooled = BufferPool.shared().acquire(STEP)) {
            for (long offset = 0; offset < length; ) {
                control.checkpoint();
                BlockStatus status = copy.next(offset, length - offset);
                long n = status.length();
                if (status.allocated()) {
                    n = status.zero() ? n : Math.min(n, STEP);
                    rate.pass(n, control);
                    if (status.zero()) {
                        copy.writeZeroes(offset, n);
                    } else {
                        ByteBuffer piece = Buffers.slice(pooled.buffer(), 0, (int) n);
                        copy.read(offset, piece);
                        copy.write(offset, piece);
                    }
                }
                offset += n;
                control.advance(n);
            }
        }
        copy.flush();
    }
}
