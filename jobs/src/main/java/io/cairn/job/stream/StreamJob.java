package io.cairn.job.stream;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.filter.CopyOnReadDriver;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.OnError;
import io.cairn.job.scheduler.PieceCrew;

import org.jspecify.annotations.Nullable;

/// Copies what a node's backing chain holds into the node, down to a base, which then becomes its
/// backing file (QMP reference manual, "block-stream"). What a guest reads does not change.
///
/// A copy-on-read filter stands above the node meanwhile and does the copying, of what the job asks
/// for and of what guests read. A job that ends early leaves the copied data and the backing file.
public final class StreamJob extends BlockJob {
    private static final int CHUNK = 512 << 10;
    private static final int WORKERS = 4;
    private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
    private static final Permissions SHARED_AT_TOP =
            Permissions.of(
                    Permission.CONSISTENT_READ, Permission.WRITE, Permission.WRITE_UNCHANGED);
    private static final Permissions SHARED_BELOW =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

    private final StreamRange range;
    private final @Nullable String backingFile;
    private final OnError onError;

    /// Set by the maker, cleared when the filter is out again.
    private @Nullable BlockNode filter;

    /// Set by the maker.
    private @Nullable BlockBackend source;

    private volatile @Nullable PieceCrew crew;

    /// The first error that was ignored.
    private @Nullable BlockException ignored;

    private StreamJob(
            BlockGraph graph,
            JobScheduler scheduler,
            StreamOptions options,
            @Nullable JobGroup group,
            StreamRange range)
            throws BlockException {
        super(graph, scheduler, options.settings(), group);
        this.range = range;
        this.backingFile = options.backingFile();
        this.onError = options.onError();
    }

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}.
    ///
    /// @param group the jobs with which it ends, or null
    public static StreamJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            StreamOptions options,
            @Nullable JobGroup group)
            throws BlockException {
        BlockNode top = find(graph, options.device());
        StreamRange range = StreamRange.of(graph, top, options);
        top.requireUnblocked("stream");
        for (BlockNode node : range.intermediates()) {
            node.requireUnblocked("stream");
        }
        if (options.backingFile() != null && !range.hasBase()) {
            throw new InvalidOptionException(
                    "backing file specified, but streaming the entire chain");
        }
        // What the job will freeze it must be able to freeze before there is a job to hear of.
        new ChainChanges(graph).freeze(top, range.last()).close();
        StreamJob job = new StreamJob(graph, scheduler, options, group, range);
        scheduler.admit(job, () -> job.takeHold(options), job::letGo);
        return job;
    }

    private void takeHold(StreamOptions options) throws BlockException {
        BlockNode top = range.top();
        makeWritable(top);
        Options filterOptions = new Options().put("file", top.name());
        if (range.hasBase()) {
            filterOptions.put("bottom", range.bottom().name());
        }
        String name = options.filterNodeName();
        if (name != null) {
            filterOptions.put("node-name", name);
        }
        try {
            filter =
                    changes()
                            .insertFilter(top, new CopyOnReadDriver(), filterOptions, name == null);
        } catch (BlockException e) {
            throw e.prefixed("Could not create node");
        }
        source = use(filter, READ, SHARED_AT_TOP);
        use(top, Permissions.NONE, SHARED_AT_TOP);
        for (BlockNode node : range.intermediates()) {
            use(node, "intermediate node", Permissions.NONE, SHARED_BELOW);
            block(node);
        }
        block(top);
        block(filter);
        if (!range.hasBase()) {
            // A filter with a bottom has frozen the chain down to it.
            freeze(filter, range.bottom());
        }
        if (range.last() != range.bottom()) {
            freeze(range.bottom(), range.last());
        }
        setLength(top.length());
    }

    @Override
    public String type() {
        return "stream";
    }

    @Override
    protected void run() throws BlockException {
        BlockBackend disk = source;
        if (disk == null || range.top().backing() == null) {
            advance(range.top().length());
            return;
        }
        try (PieceCrew hands =
                new PieceCrew("job:" + id(), WORKERS, piece -> copy(disk, piece), this::advance)) {
            crew = hands;
            copyAll(hands);
        } finally {
            crew = null;
        }
        BlockException failure = ignored;
        if (failure != null) {
            throw failure;
        }
        // What was copied must be stable before the image forgets where it came from.
        disk.flush();
    }

    private void copyAll(PieceCrew hands) throws BlockException {
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
                if (isToTryAgain(failure.error())) {
                    hands.submit(failure.piece());
                } else {
                    hands.skip(failure.piece().offset(), failure.piece().length());
                }
            } else if (position < length) {
                position += step(hands, position, length - position);
            } else if (!hands.isDone()) {
                hands.awaitIdle();
            } else {
                return;
            }
        }
    }

    private boolean isToTryAgain(BlockException e) throws BlockException {
        checkpoint();
        return switch (failed(onError, true, e)) {
            case REPORT -> throw e;
            case IGNORE -> {
                ignored = ignored == null ? e : ignored;
                yield false;
            }
            case STOP -> {
                pausePoint();
                yield true;
            }
        };
    }

    /// Has the start of a range copied if it must be; returns how far that goes.
    private long step(PieceCrew hands, long position, long count) throws BlockException {
        long n;
        try {
            n = wanted(position, count);
        } catch (BlockException e) {
            if (isToTryAgain(e)) {
                return 0;
            }
            n = Math.min(CHUNK, count);
            hands.skip(position, n);
            return n;
        }
        if (n < 0) {
            hands.skip(position, -n);
            return -n;
        }
        int piece = (int) Math.min(CHUNK, n);
        throttle(piece);
        hands.submit(new PieceCrew.Piece(position, piece, false));
        return piece;
    }

    /// The length of the start of a range that must be copied, or, negative, of one that need not.
    private long wanted(long position, long count) throws BlockException {
        BlockStatus own = ChainStatus.above(range.top(), below(), position, count, false).status();
        if (own.allocated()) {
            return -own.length();
        }
        long n = own.length() == 0 ? count : own.length();
        BlockNode next = below();
        if (next == null || range.bottom() == range.top()) {
            return -n;
        }
        ChainStatus deeper = ChainStatus.above(next, range.base(), position, n, false);
        long known = deeper.status().length();
        if (!deeper.isHeld()) {
            return -(known == 0 ? n : known);
        }
        return known;
    }

    private static PieceCrew.@Nullable Failure copy(BlockBackend disk, PieceCrew.Piece piece) {
        try {
            disk.prefetch(piece.offset(), piece.length());
        } catch (BlockException e) {
            return new PieceCrew.Failure(piece, true, e);
        }
        return null;
    }

    @Override
    protected void quiesceWorkers() {
        PieceCrew hands = crew;
        if (hands != null) {
            hands.awaitIdle();
        }
    }

    private @Nullable BlockNode below() {
        return ChainStatus.below(range.top());
    }

    /// Drops the part of the chain that is not needed any more.
    @Override
    protected void prepare() throws BlockException {
        removeFilter();
        BlockNode top = range.top();
        if (top.backing() == null || range.last() == top) {
            return;
        }
        changes().whileDrained(top, this::dropRange);
    }

    /// No other job takes the base away meanwhile.
    private void dropRange() throws BlockException {
        BlockNode base = range.base();
        BackingReference reference = base == null ? null : reference(base, backingFile);
        changes().changeBacking(range.top(), base, reference);
    }

    private void removeFilter() throws BlockException {
        unfreeze();
        BlockBackend disk = source;
        if (disk != null) {
            drop(disk);
            source = null;
        }
        BlockNode node = filter;
        if (node != null) {
            changes().removeFilter(node, range.top());
            filter = null;
        }
    }

    @Override
    protected void clean() {
        letGo();
    }

    private void letGo() {
        try {
            removeFilter();
        } catch (BlockException e) {
            // The filter stays and passes everything on.
            filter = null;
        }
        release();
    }
}
