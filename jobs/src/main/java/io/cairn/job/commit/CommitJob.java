package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.PooledBuffer;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.Options;
import io.cairn.job.filter.CommitTop;
import io.cairn.job.filter.JobFilterDriver;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.OnError;
import io.cairn.job.scheduler.PieceCrew;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// Writes what the images between an overlay and a base hold into the base, which then becomes the
/// overlay's backing file (QMP reference manual, "block-commit" of an image that is not active).
/// What a guest reads of the overlay does not change.
///
/// A job that ends early leaves the chain as it was: what is in the base already is hidden by the
/// images above. An ignored error has the request tried again, since going on would lose data.
final class CommitJob extends BlockJob {
    private static final int CHUNK = 512 << 10;
    private static final int MAX_ZEROES = 1 << 30;
    private static final int WORKERS = 4;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Permissions SHARED_BETWEEN =
            Permissions.of(Permission.WRITE, Permission.WRITE_UNCHANGED);
    private static final Permissions SHARED_BASE =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

    private final CommitRange range;
    private final @Nullable String backingFile;
    private final OnError onError;

    /// Set by the maker, cleared when the filter is out again.
    private @Nullable BlockNode filter;

    /// Set by the maker.
    private @Nullable CommitCopy copy;

    private volatile @Nullable PieceCrew crew;

    CommitJob(
            BlockGraph graph,
            JobScheduler scheduler,
            CommitOptions options,
            @Nullable JobGroup group,
            CommitRange range)
            throws BlockException {
        super(graph, scheduler, options.settings(), group);
        this.range = range;
        this.backingFile = options.backingFile();
        this.onError = options.onError();
    }

    void takeHold(@Nullable String filterName) throws BlockException {
        BlockNode top = range.top();
        BlockNode base = range.base();
        makeWritable(base);
        Options options = new Options().put(JobFilterDriver.CHILD, top.name());
        if (filterName != null) {
            options.put("node-name", filterName);
        }
        JobFilterDriver driver =
                new JobFilterDriver(CommitTop.NAME, (shown, _) -> new CommitTop(shown));
        filter = changes().insertFilter(top, driver, options, filterName == null);
        use(range.root(), Permissions.NONE, Permissions.ALL);
        use(filter, Permissions.NONE, Permissions.ALL);
        for (BlockNode node : range.nodes()) {
            Permissions shared =
                    ChainStatus.shows(node, range.base())
                            ? SHARED_BETWEEN.plus(Permission.CONSISTENT_READ)
                            : SHARED_BETWEEN;
            use(node, "intermediate node", Permissions.NONE, shared);
            block(node);
        }
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);
        if (base.length() < top.length()) {
            needed = needed.plus(Permission.RESIZE);
        }
        BlockBackend source = use(top, Permissions.NONE, Permissions.ALL);
        copy = new CommitCopy(source, use(base, needed, SHARED_BASE));
        block(base);
        block(range.root());
        freeze(filter, base);
        setLength(top.length());
    }

    @Override
    public String type() {
        return "commit";
    }

    @Override
    protected void run() throws BlockException {
        CommitCopy steps = copy;
        if (steps == null) {
            return;
        }
        steps.growBase();
        try (PieceCrew hands =
                new PieceCrew("job:" + id(), WORKERS, piece -> copy(steps, piece), this::advance)) {
            crew = hands;
            copyAll(steps, hands);
        } finally {
            crew = null;
        }
        steps.flush();
    }

    private void copyAll(CommitCopy steps, PieceCrew hands) throws BlockException {
        long length = range.top().length();
        long position = 0;
        while (true) {
            pausePoint();
            if (position > 0) {
                // As with the peer, what a job of some speed does at once it does even if it is
                // cancelled at once.
                checkpoint();
            }
            PieceCrew.Failure failure = hands.nextFailure();
            if (failure != null) {
                decide(failure.isRead(), failure.error());
                hands.submit(failure.piece());
            } else if (position < length) {
                position += step(steps, hands, position, length - position);
            } else if (!hands.isDone()) {
                hands.awaitIdle();
            } else {
                return;
            }
        }
    }

    /// Has the start of a range committed; returns how far that goes.
    private long step(CommitCopy steps, PieceCrew hands, long position, long count)
            throws BlockException {
        BlockStatus status;
        try {
            status = steps.next(position, count);
        } catch (BlockException e) {
            decide(true, e);
            return 0;
        }
        if (!status.allocated()) {
            hands.skip(position, status.length());
            return status.length();
        }
        int n = (int) Math.min(status.zero() ? MAX_ZEROES : CHUNK, status.length());
        throttle(Math.min(CHUNK, n));
        hands.submit(new PieceCrew.Piece(position, n, status.zero()));
        return n;
    }

    private PieceCrew.@Nullable Failure copy(CommitCopy steps, PieceCrew.Piece piece) {
        boolean isRead = false;
        try (PooledBuffer pooled = BufferPool.shared().acquire(CHUNK)) {
            if (piece.isZero()) {
                steps.writeZeroes(piece.offset(), piece.length());
            } else {
                ByteBuffer data = Buffers.slice(pooled.buffer(), 0, piece.length());
                isRead = true;
                steps.read(piece.offset(), data);
                isRead = false;
                steps.write(piece.offset(), data);
            }
        } catch (BlockException e) {
            return new PieceCrew.Failure(piece, isRead, e);
        }
        return null;
    }

    private void decide(boolean isRead, BlockException e) throws BlockException {
        checkpoint();
        switch (failed(onError, isRead, e)) {
            case REPORT -> throw e;
            case IGNORE -> idle(RETRY_NANOS);
            case STOP -> pausePoint();
        }
    }

    @Override
    protected void quiesceWorkers() {
        PieceCrew hands = crew;
        if (hands != null) {
            hands.awaitIdle();
        }
    }

    /// Drops the images between the overlay and the base out of the chain.
    @Override
    protected void prepare() throws BlockException {
        unfreeze();
        leaveNodes();
        BlockNode node = filter;
        if (node == null) {
            return;
        }
        changes().whileDrained(node, () -> dropRange(node));
        filter = null;
    }

    /// No other job gives the filter an overlay meanwhile.
    private void dropRange(BlockNode node) throws BlockException {
        for (BlockNode overlay : node.overlays()) {
            makeWritable(overlay);
            changes().changeBacking(overlay, range.base(), reference(range.base(), backingFile));
        }
        changes().removeFilter(node, range.base());
    }

    @Override
    protected void clean() {
        letGo();
    }

    void letGo() {
        unfreeze();
        BlockNode node = filter;
        filter = null;
        if (node != null) {
            try {
                changes().removeFilter(node, range.top());
            } catch (BlockException e) {
                // The filter stays and passes everything on.
                node = null;
            }
        }
        release();
    }
}
