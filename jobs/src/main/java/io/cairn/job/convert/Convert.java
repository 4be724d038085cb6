package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChildEdge;
import io.cairn.job.JobControl;
import io.cairn.job.RateLimit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Copies the guest content of images, one behind the other, into another image.
///
/// What reads as zeroes is told from data by the images' metadata and by looking at the data. The
/// target's length is at least that of the sources together; what lies beyond stays as it is. A
/// failure or a cancellation leaves the target incomplete.
///
/// Several threads each read a batch of the disk, look for zeroes and pack if need be; what they
/// have read is written in the disk's order unless any order will do ({@link Pipeline}). All memory
/// taken is one buffer for each thread.
public final class Convert {
    private static final int BATCH_BYTES = 2 << 20;
    private static final int MIN_BATCH_BYTES = 256 << 10;

    private final JoinedDisk source;
    private final BlockBackend target;
    private final ConvertOptions options;
    private final JobControl control;
    private final Warnings warnings;

    /// @param sources backends that may read
    /// @param target a backend that may write
    /// @param warnings hears what a salvaging conversion leaves out
    public Convert(
            List<BlockBackend> sources,
            BlockBackend target,
            ConvertOptions options,
            JobControl control,
            Warnings warnings) {
        this.source = new JoinedDisk(sources);
        this.target = target;
        this.options = options;
        this.control = control;
        this.warnings = warnings;
    }

    /// Runs the conversion to its end. The control counts bytes of data.
    public void run() throws BlockException {
        int cluster = options.compressed() ? clusterSize() : 1;
        int batchBytes = Math.max(batchBytes(), cluster);
        Batches batches =
                new Batches(
                        new RangeFinder(source, options, warnings, backingEnd(), cluster),
                        source.length(),
                        batchBytes,
                        options.content());
        control.addTotal(batches.countData());
        // What cannot be read is told in the order of the disk.
        int most = options.salvage() ? 1 : options.workers();
        int workers = (int) Math.min(most, 1 + source.length() / batchBytes);
        SalvageReader reader = new SalvageReader(source, options.salvage(), warnings);
        Offload offload = new Offload(source, target, options.copyOffload());
        List<PooledBuffer> buffers = new ArrayList<>();
        try {
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                ByteBuffer data = acquire(buffers, batchBytes);
                slots.add(new Slot(writer(buffers, batchBytes, cluster), data, reader, offload));
            }
            copy(batches, new Pipeline(slots, !options.outOfOrder(), control), workers);
        } finally {
            buffers.forEach(PooledBuffer::close);
        }
        if (options.compressed()) {
            target.write(0, ByteBuffer.allocateDirect(0), WriteFlags.COMPRESSED);
        }
        target.flush();
    }

    /// As much as suits both sides, within reason: a power of two, and so whole clusters if it is
    /// as long as one.
    private int batchBytes() {
        long least = Math.min(source.optimalTransfer(), JoinedDisk.optimalTransfer(target));
        return Integer.highestOneBit(Math.clamp(least, MIN_BATCH_BYTES, BATCH_BYTES));
    }

    private static ByteBuffer acquire(List<PooledBuffer> all, int length) throws BlockException {
        PooledBuffer buffer = BufferPool.shared().acquire(length);
        all.add(buffer);
        return buffer.buffer();
    }

    private RangeWriter writer(List<PooledBuffer> buffers, int batchBytes, int cluster)
            throws BlockException {
        if (!options.compressed()) {
            return new PlainWriter(target, options);
        }
        return new PackedWriter(target, options, cluster, acquire(buffers, batchBytes));
    }

    private void copy(Batches batches, Pipeline pipeline, int count) throws BlockException {
        RateLimit rate = RateLimit.of(options.bytesPerSecond());
        try (Workers workers = Workers.platform("job:convert")) {
            for (int i = 0; i < count; i++) {
                workers.fork(() -> {
                    try {
                        work(batches, pipeline, rate);
                    } catch (BlockException | RuntimeException | Error e) {
                        pipeline.close();
                        throw e;
                    }
                });
            }
            workers.join();
        }
    }

    /// One of the threads that convert: moves batch after batch until none is left.
    private void work(Batches batches, Pipeline pipeline, RateLimit rate) throws BlockException {
        for (Slot slot = pipeline.take(); slot != null; slot = pipeline.take()) {
            Batch batch = batches.next();
            if (batch == null) {
                pipeline.giveBack(slot);
                return;
            }
            control.checkpoint();
            rate.pass(batch.dataBytes(), control);
            slot.read(batch);
            pipeline.put(slot);
        }
    }

    private int clusterSize() throws BlockException {
        if (!target.node().driverInstance().supportsCompressedWrites()) {
            throw new BlockException(
                    Errno.ENOTSUP, "Compression not supported for this file format");
        }
        long size = target.node().formatInfo().clusterSize();
        if (size == 0) {
            throw new BlockException(Errno.ENOTSUP, "invalid cluster size");
        }
        return Math.toIntExact(size);
    }

    private long backingEnd() {
        ChildEdge backing = target.node().backing();
        return options.content() == TargetContent.BACKING && backing != null
                ? backing.length()
                : -1;
    }
}
