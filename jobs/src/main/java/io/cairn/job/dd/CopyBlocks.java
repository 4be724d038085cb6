package io.cairn.job.dd;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Failures;
import io.cairn.job.JobControl;

import java.nio.ByteBuffer;

/// Copies a stretch of an image to the start of another one, block after block, every byte of it.
public final class CopyBlocks {
    private static final int MAX_STEP = 2 << 20;

    private final BlockBackend source;
    private final BlockBackend target;
    private final int blockBytes;
    private final JobControl control;

    /// @param blockBytes how much is read and written at a time, at least 1; longer blocks are cut
    public CopyBlocks(
            BlockBackend source, BlockBackend target, int blockBytes, JobControl control) {
        this.source = source;
        this.target = target;
        this.blockBytes = blockBytes;
        this.control = control;
    }

    /// Copies. The control counts bytes.
    ///
    /// @param start where the stretch begins in the source
    /// @param length bytes; what the source and the target both have
    public void run(long start, long length) throws BlockException {
        control.addTotal(length);
        int step = Math.min(blockBytes, MAX_STEP);
        try (PooledBuffer pooled = BufferPool.shared().acquire(step)) {
            for (long done = 0; done < length; done += step) {
                control.checkpoint();
                int n = (int) Math.min(step, length - done);
                ByteBuffer block = Buffers.slice(pooled.buffer(), 0, n);
                read(start + done, block);
                write(done, block);
                control.advance(n);
            }
        }
        target.flush();
    }

    private void read(long offset, ByteBuffer block) throws BlockException {
        try {
            source.read(offset, block);
        } catch (BlockException e) {
            throw Failures.during("error while reading from input image file", e);
        }
    }

    private void write(long offset, ByteBuffer block) throws BlockException {
        try {
            target.write(offset, block, WriteFlags.NONE);
        } catch (BlockException e) {
            throw Failures.during("error while writing to output image file", e);
        }
    }
}
