package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.spi.CompressedWrites;
import io.cairn.job.JobControl;
import io.cairn.job.RateLimit;

import java.util.List;

/// Copies the guest content of images, one behind the other, into another image.
///
/// What reads as zeroes is told from data by the images' metadata and by looking at the data. The
/// target's length is at least that of the sources together; what lies beyond stays as it is. A
/// failure or a cancellation leaves the target incomplete.
///
/// Several threads each read a batch of the disk, look for zeroes and then write, in turn unless
/// any order will do; all memory taken is one buffer for each.
public final class Convert {
    private static final int BATCH_BYTES = 1 << 20;

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
        int batchBytes = Math.max(BATCH_BYTES, cluster);
        Batches batches =
                new Batches(
                        new RangeFinder(source, options, warnings, backingEnd(), cluster),
                        source.length(),
                        batchBytes,
                        options.content());
        control.addTotal(batches.countData());
        Turnstile turnstile = new Turnstile();
        ConvertWorker.Shared shared =
                new ConvertWorker.Shared(
                        batches,
                        new SalvageReader(source, options.salvage(), warnings),
                        options.outOfOrder() ? null : turnstile,
                        RateLimit.of(options.bytesPerSecond()),
                        control);
        try (Workers workers = Workers.platform("job:convert")) {
            for (int i = 0; i < options.workers(); i++) {
                workers.fork(() -> {
                    try {
                        work(shared, workers, batchBytes, cluster);
                    } catch (BlockException | RuntimeException | Error e) {
                        turnstile.close();
                        throw e;
                    }
                });
            }
            workers.join();
        }
        target.flush();
    }

    private void work(ConvertWorker.Shared shared, Workers workers, int batchBytes, int cluster)
            throws BlockException {
        BufferPool pool = BufferPool.shared();
        try (PooledBuffer buffer = pool.acquire(batchBytes)) {
            if (!options.compressed()) {
                PlainWriter writer = new PlainWriter(target, options);
                new ConvertWorker(shared, writer, buffer.buffer()).run(workers);
                return;
            }
            if (!(target.node().driverInstance() instanceof CompressedWrites packer)) {
                throw cannotCompress();
            }
            try (PooledBuffer packed = pool.acquire(batchBytes)) {
                PackedWriter writer =
                        new PackedWriter(target, packer, options, cluster, packed.buffer());
                new ConvertWorker(shared, writer, buffer.buffer()).run(workers);
            }
        }
    }

    private int clusterSize() throws BlockException {
        long size = target.node().driverInstance().info().clusterSize();
        if (size == 0) {
            throw cannotCompress();
        }
        return Math.toIntExact(size);
    }

    private static BlockException cannotCompress() {
        return new BlockException(Errno.ENOTSUP, "Compression not supported for this file format");
    }

    private long backingEnd() {
        ChildEdge backing = target.node().backing();
        return options.content() == TargetContent.BACKING && backing != null ? backing.length() : 0;
    }
}
