package io.cairn.job.backup;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.filter.CopyBeforeWrite;
import io.cairn.block.filter.CopyBeforeWriteDriver;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.option.Options;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.Crew;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Copies a node as it was when the job was made, while guests go on writing (QMP reference manual,
/// "blockdev-backup").
///
/// A copy-before-write filter stands above the source: what a guest overwrites is copied before,
/// and the job copies the rest. An ignored error has the copy tried again.
public final class BackupJob extends BlockJob {
    private static final long MAX_PIECE = 1 << 20;
    private static final long MAX_THREADS = 16;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BackupOptions options;
    private final BlockNode source;
    private final BlockNode target;
    private final @Nullable DirtyBitmap bitmap;
    private final AtomicReference<@Nullable BlockException> fatal = new AtomicReference<>();

    // Set by the maker, cleared when the filter is out again.
    private @Nullable BlockNode filter;
    private @Nullable CopyBeforeWrite copies;

    private boolean isBitmapUsed;
    private long total;
    private volatile @Nullable Crew crew;
    private volatile boolean hasFailed;

    BackupJob(
            BlockGraph graph,
            JobScheduler scheduler,
            BackupOptions options,
            @Nullable JobGroup group,
            BlockNode source,
            BlockNode target,
            @Nullable DirtyBitmap bitmap)
            throws BlockException {
        super(graph, scheduler, options.settings(), group);
        this.options = options;
        this.source = source;
        this.target = target;
        this.bitmap = bitmap;
    }

    void takeHold() throws BlockException {
        Options node = new Options().put("file", source.name()).put("target", target.name());
        String name = options.filterNodeName();
        if (name != null) {
            node.put("node-name", name);
        }
        boolean isByBitmap =
                options.sync() == BackupSync.BITMAP || options.sync() == BackupSync.INCREMENTAL;
        String bitmapName = options.bitmap();
        if (isByBitmap && bitmapName != null) {
            node.put("bitmap.node", source.name()).put("bitmap.name", bitmapName);
        }
        changes()
                .whileDrained(
                        source,
                        () -> {
                            filter =
                                    changes()
                                            .insertFilter(
                                                    source,
                                                    new CopyBeforeWriteDriver(),
                                                    node,
                                                    false);
                            if (bitmap != null) {
                                bitmap.beginUse();
                                isBitmapUsed = true;
                            }
                        });
        BlockNode above = Objects.requireNonNull(filter);
        CopyBeforeWrite opened = (CopyBeforeWrite) above.driverInstance();
        copies = opened;
        opened.copyInside(requests());
        if (options.compress()) {
            opened.compress();
        }
        if (options.maxChunk() != 0 && options.maxChunk() < opened.clusterSize()) {
            throw new InvalidOptionException(
                    "Required max-chunk ("
                            + options.maxChunk()
                            + ") is less than backup cluster size ("
                            + opened.clusterSize()
                            + ")");
        }
        use(above, Permissions.NONE, Permissions.ALL);
        use(target, "target", Permissions.NONE, Permissions.ALL);
        block(above);
        block(target);
        total = opened.uncopied();
        setLength(total);
    }

    @Override
    public String type() {
        return "backup";
    }

    // ---- the work

    @Override
    protected boolean startsDrained() {
        return true;
    }

    @Override
    protected void run() throws BlockException {
        CopyBeforeWrite rest = Objects.requireNonNull(copies);
        if (options.sync() == BackupSync.NONE) {
            keepCopiesOfGuests(rest);
        }
        if (options.sync() == BackupSync.TOP) {
            forgetUnallocated(rest);
        }
        long wanted = Math.min(options.maxWorkers(), total / rest.clusterSize() + 1);
        int workers = (int) Math.min(MAX_THREADS, wanted);
        try (Crew hands = new Crew("job:" + id(), workers)) {
            crew = hands;
            copyAll(rest, hands);
        } finally {
            crew = null;
        }
        rest.flushTarget();
    }

    /// Makes the present the moment of the backup, of which nothing is copied yet. Only with the
    /// sync mode `none`, and while source and target are drained.
    public void restart() {
        CopyBeforeWrite rest = copies;
        if (rest != null) {
            rest.restart();
        }
    }

    /// Everything is copied by the filter, before guests overwrite it.
    private void keepCopiesOfGuests(CopyBeforeWrite rest) throws BlockException {
        try {
            while (true) {
                idle(POLL_NANOS);
                tellProgress(rest);
            }
        } finally {
            tellProgress(rest);
        }
    }

    private void forgetUnallocated(CopyBeforeWrite rest) throws BlockException {
        long length = source.length();
        for (long position = 0; position < length; ) {
            pausePoint();
            checkpoint();
            BlockStatus status =
                    ChainStatus.above(
                                    source,
                                    ChainStatus.below(source),
                                    position,
                                    length - position,
                                    false)
                            .status();
            long n = status.length() == 0 ? length - position : status.length();
            if (!status.allocated()) {
                rest.forget(position, n);
            }
            position += n;
        }
        total = rest.uncopied();
        setLength(total);
    }

    private void copyAll(CopyBeforeWrite rest, Crew hands) throws BlockException {
        long piece = pieceSize(rest);
        long cursor = 0;
        while (true) {
            pausePoint();
            checkpoint();
            tellProgress(rest);
            BlockException failure = fatal.get();
            if (failure != null) {
                throw failure;
            }
            long next = rest.nextMissing(cursor);
            if (next >= 0) {
                long length = Math.min(piece, source.length() - next);
                throttle(length);
                cursor = next + length;
                hands.submit(() -> copy(rest, next, length));
            } else if (!hands.isIdle()) {
                hands.awaitIdle();
            } else if (hasFailed) {
                hasFailed = false;
                cursor = 0;
                idle(POLL_NANOS);
            } else if (rest.uncopied() > 0) {
                cursor = 0;
                idle(POLL_NANOS);
            } else {
                tellProgress(rest);
                return;
            }
        }
    }

    private long pieceSize(CopyBeforeWrite rest) {
        long most = options.maxChunk() == 0 ? MAX_PIECE : Math.min(MAX_PIECE, options.maxChunk());
        return Math.max(1, most / rest.clusterSize()) * rest.clusterSize();
    }

    private void copy(CopyBeforeWrite rest, long offset, long length) {
        if (fatal.get() != null) {
            return;
        }
        CopyBeforeWrite.CopyFailure failure = rest.copy(offset, length);
        tellProgress(rest);
        if (failure == null || isCancelled()) {
            return;
        }
        hasFailed = true;
        OnError policy = failure.isRead() ? options.onSourceError() : options.onTargetError();
        if (failed(policy, failure.isRead(), failure.error()) == OnError.Action.REPORT) {
            fatal.compareAndSet(null, failure.error());
        }
        kick();
    }

    private synchronized void tellProgress(CopyBeforeWrite rest) {
        long done = total - rest.uncopied();
        if (done > offset()) {
            advance(done - offset());
        }
    }

    @Override
    protected void quiesceWorkers() {
        Crew hands = crew;
        if (hands != null) {
            hands.awaitIdle();
        }
    }

    // ---- the end

    @Override
    protected void commit() {
        letGo(true);
    }

    @Override
    protected void abort() {
        letGo(false);
    }

    /// @param isDone the backup has succeeded
    void letGo(boolean isDone) {
        CopyBeforeWrite rest = copies;
        BlockNode node = filter;
        copies = null;
        filter = null;
        if (bitmap != null && isBitmapUsed) {
            isBitmapUsed = false;
            endBitmap(bitmap, isDone, rest);
        }
        release();
        if (node != null) {
            try {
                changes().removeFilter(node, source);
            } catch (BlockException e) {
                // The filter stays, and copies what it need not.
                node = null;
            }
        }
    }

    private void endBitmap(DirtyBitmap used, boolean isDone, @Nullable CopyBeforeWrite rest) {
        BitmapMode mode =
                options.bitmapMode() == null ? BitmapMode.ON_SUCCESS : options.bitmapMode();
        boolean isCleared = mode == BitmapMode.ALWAYS || (mode == BitmapMode.ON_SUCCESS && isDone);
        used.endUse(isCleared);
        if (!isCleared || isDone || rest == null) {
            return;
        }
        long cluster = rest.clusterSize();
        for (long at = rest.nextMissing(0); at >= 0; at = rest.nextMissing(at + cluster)) {
            used.set(at, cluster);
        }
    }
}
