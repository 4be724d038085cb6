package io.cairn.job.mirror;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.Child;
import io.cairn.job.filter.JobFilterDriver;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.Crew;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Copies a node to another while guests go on writing, and keeps both the same once they are,
/// until it is completed or cancelled (QMP reference manual, "blockdev-mirror"; also the commit of
/// an active image).
///
/// Completed, the target takes the source's place. Cancelled without force when it is ready, it
/// leaves the target as a copy of that moment. In both cases what guests wrote last is copied while
/// the source is drained.
public final class MirrorJob extends BlockJob {
    private static final int WORKERS = 8;
    private static final long MAX_PIECE = 1 << 20;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Set<ChildRole> TARGET_ROLE = Set.of(ChildRole.DATA);
    private static final Permissions SHARED_AT_TOP =
            Permissions.of(
                    Permission.CONSISTENT_READ, Permission.WRITE, Permission.WRITE_UNCHANGED);
    private static final Permissions SHARED_BETWEEN =
            Permissions.of(Permission.WRITE, Permission.WRITE_UNCHANGED);

    /// What stands while the job lives.
    private record Parts(BlockNode filter, MirrorTop top, DirtyBitmap dirty, MirrorCopy copy) {}

    private final MirrorPlan plan;
    private final long stretch;
    private final long pieceSize;
    private final AtomicLong underWay = new AtomicLong();
    private final AtomicReference<@Nullable BlockException> fatal = new AtomicReference<>();

    /// Set by the maker, cleared when the filter is out again.
    private volatile @Nullable Parts parts;

    private volatile @Nullable Crew crew;
    private volatile boolean isReady;
    private volatile boolean isToComplete;

    MirrorJob(BlockGraph graph, JobScheduler scheduler, MirrorPlan plan, @Nullable JobGroup group)
            throws BlockException {
        super(graph, scheduler, plan.settings(), group);
        this.plan = plan;
        this.isToComplete = plan.completesItself();
        long share = plan.unitStart(Math.min(MAX_PIECE, plan.bufSize() / WORKERS));
        this.pieceSize = Math.max(plan.unit(), share);
        this.stretch = Math.max(pieceSize, plan.unitStart(plan.bufSize()));
    }

    void takeHold() throws BlockException {
        BlockNode source = plan.source();
        BlockNode target = plan.target();
        if (plan.isCommit()) {
            makeWritable(target);
        }
        Options options =
                new Options()
                        .put(JobFilterDriver.CHILD, source.name())
                        .put(MirrorTop.TARGET, target.name());
        String name = plan.filterName();
        if (name != null) {
            options.put("node-name", name);
        }
        AtomicReference<@Nullable MirrorTop> opened = new AtomicReference<>();
        JobFilterDriver driver =
                new JobFilterDriver(
                        MirrorTop.NAME,
                        (shown, context) -> {
                            Child other = context.openChild(MirrorTop.TARGET, TARGET_ROLE);
                            MirrorTop top = open(shown, other);
                            // A base can be written to only once the filter is above its overlay,
                            // whose users would not let others write.
                            top.letTargetGo(plan.isCommit());
                            opened.set(top);
                            return top;
                        });
        BlockNode filter = changes().insertFilter(source, driver, options, name == null);
        MirrorTop top = Objects.requireNonNull(opened.get());
        top.letTargetGo(false);
        DirtyBitmap dirty = source.addBitmap(null, plan.granularity());
        BlockBackend main = use(filter, Permissions.of(Permission.CONSISTENT_READ), SHARED_AT_TOP);
        parts = new Parts(filter, top, dirty, new MirrorCopy(plan, main, top.target(), dirty));
        use(source, "source", Permissions.NONE, SHARED_AT_TOP);
        use(target, "target", Permissions.NONE, Permissions.ALL);
        block(filter);
        block(source);
        block(target);
        if (plan.isCommit()) {
            for (BlockNode node = ChainStatus.below(source);
                    node != null && node != target;
                    node = ChainStatus.below(node)) {
                use(node, "intermediate node", Permissions.NONE, SHARED_BETWEEN);
                block(node);
            }
            freeze(filter, target);
        }
    }

    private MirrorTop open(Child shown, Child target) {
        Permissions needed = Permissions.of(Permission.WRITE);
        if (plan.isCommit() && target.length() < shown.length()) {
            needed = needed.plus(Permission.RESIZE);
        }
        return new MirrorTop(
                shown,
                target,
                plan.isCommit(),
                plan.unit(),
                needed,
                plan.copyMode(),
                requests(),
                this::writeFailed);
    }

    @Override
    public String type() {
        return plan.type();
    }

    /// Changes how guests' writes come to the target (QMP reference manual, "block-job-change").
    ///
    /// @throws BlockException unless that is from `BACKGROUND` to `WRITE_BLOCKING`, or no change
    public void setCopyMode(CopyMode mode) throws BlockException {
        Parts now = parts;
        if (now == null || !now.top().setMode(mode)) {
            throw new BlockException(
                    Errno.ENOTSUP, "Change to copy mode '" + mode.text() + "' is not implemented");
        }
    }

    // ---- the work

    @Override
    protected void run() throws BlockException {
        Parts now = Objects.requireNonNull(parts);
        prepareTarget(now.top().target());
        markAll(now);
        now.top().setBitmap(now.dirty());
        try (Crew hands = new Crew("job:" + id(), WORKERS)) {
            crew = hands;
            keepCopying(now, hands);
        } finally {
            crew = null;
        }
    }

    private void prepareTarget(Child target) throws BlockException {
        long length = plan.source().length();
        if (plan.isCommit()) {
            if (target.length() < length) {
                target.truncate(length, false, Preallocation.OFF, false);
            }
        } else if (target.length() != length) {
            throw new InvalidOptionException("Source and target image have different sizes");
        }
    }

    private void markAll(Parts now) throws BlockException {
        if (plan.sync() == MirrorSync.NONE) {
            return;
        }
        long length = plan.source().length();
        boolean isFull = plan.sync() == MirrorSync.FULL && !plan.isCommit();
        boolean isCleared = isFull && (plan.targetIsZero() || now.copy().clearTarget());
        if (isFull && !isCleared) {
            now.dirty().set(0, length);
            return;
        }
        long granularity = plan.granularity();
        long allocated = 0;
        long countedEnd = 0;
        long begun = System.nanoTime();
        for (long position = 0; position < length; ) {
            if (System.nanoTime() - begun > POLL_NANOS) {
                pausePoint();
                checkpoint();
            }
            MirrorCopy.Marked marked = now.copy().mark(position, length - position, isCleared);
            long end = position + marked.length();
            if (marked.isAllocated()) {
                long first = Math.max(countedEnd, position & -granularity);
                countedEnd = (end + granularity - 1) & -granularity;
                allocated += countedEnd - first;
            }
            position = end;
        }
        // As with the peer, the work is all that the source has; zeroes of a cleared target are
        // done already.
        long spared = allocated - now.dirty().count();
        if (spared > 0) {
            advance(spared);
        }
    }

    private void keepCopying(Parts now, Crew hands) throws BlockException {
        long cursor = 0;
        boolean isPaid = true;
        for (boolean isFirst = true; ; isFirst = false) {
            if (!isFirst) {
                // As with the peer, what a job does at once it does even if it is cancelled at
                // once.
                pausePoint();
                checkpoint();
            }
            BlockException failure = fatal.get();
            if (failure != null) {
                throw failure;
            }
            tellProgress(now);
            DirtyBitmap.Range range = now.dirty().nextDirty(cursor, Long.MAX_VALUE, stretch);
            if (range != null) {
                long start = plan.unitStart(range.offset());
                long end = plan.unitEnd(range.offset() + range.length());
                cursor = Math.min(end, plan.source().length());
                start(now, hands, start, cursor, isFirst);
                isPaid = isReady;
            } else if (cursor > 0) {
                cursor = 0;
            } else if (!hands.isIdle()) {
                hands.awaitIdle();
            } else if (!isPaid) {
                // The last stretch takes the time that the speed gives it, too.
                throttle(0);
                isPaid = true;
            } else if (isInStep(now)) {
                return;
            }
        }
    }

    /// Nothing is left to be copied. True if the job is to end.
    private boolean isInStep(Parts now) throws BlockException {
        boolean isEnding = isToComplete || isCancelRequested();
        if (!isReady || isEnding) {
            try {
                now.top().target().flush();
            } catch (BlockException e) {
                decide(false, e);
                idle(POLL_NANOS);
                return false;
            }
        }
        boolean isFirst = !isReady;
        if (isFirst) {
            isReady = true;
            becomeReady();
        }
        if (isEnding && (!isFirst || plan.completesItself())) {
            return true;
        }
        idle(POLL_NANOS);
        return false;
    }

    /// Copies a stretch, which counts as one for the speed.
    ///
    /// @param isFirst whether it is what the job does at once, whoever cancels it meanwhile
    private void start(Parts now, Crew hands, long start, long end, boolean isFirst)
            throws BlockException {
        throttle(end - start);
        for (long offset = start; offset < end; offset += pieceSize) {
            if (!isFirst) {
                pausePoint();
                checkpoint();
            }
            startPiece(now, hands, offset, Math.min(pieceSize, end - offset));
        }
    }

    private void startPiece(Parts now, Crew hands, long offset, long count) throws BlockException {
        long length = Math.min(count, plan.source().length() - offset);
        RangeLocks.Held held = now.top().ranges().acquire(offset, offset + count);
        now.dirty().reset(offset, count);
        underWay.addAndGet(length);
        hands.submit(() -> {
            try {
                now.copy().copy(offset, length);
                advance(length);
            } catch (MirrorCopy.Failed e) {
                decide(e.isRead(), e.failure());
            } finally {
                underWay.addAndGet(-length);
                now.top().ranges().release(held);
            }
        });
    }

    private void tellProgress(Parts now) {
        setLength(offset() + now.dirty().count() + underWay.get());
    }

    private void writeFailed(BlockException e) {
        decide(false, e);
    }

    private void decide(boolean isRead, BlockException e) {
        if (isCancelled()) {
            return;
        }
        OnError policy = isRead ? plan.onSourceError() : plan.onTargetError();
        if (failed(policy, isRead, e) == OnError.Action.REPORT) {
            fatal.compareAndSet(null, e);
        }
        kick();
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
    protected void completeRequested() {
        isToComplete = true;
    }

    @Override
    protected boolean isAbandonedWhenCancelled() {
        return !isReady;
    }

    /// Copies what guests have written since, while they wait, and switches over to the target if
    /// the job was completed.
    @Override
    protected void prepare() throws BlockException {
        Parts now = parts;
        if (now == null) {
            return;
        }
        changes()
                .whileDrained(
                        now.filter(),
                        () -> {
                            now.copy().copyRest(pieceSize);
                            now.top().target().flush();
                            tellProgress(now);
                            if (isToComplete && !isCancelRequested()) {
                                switchOver(now);
                            } else {
                                takeOut(now, plan.source());
                            }
                        });
    }

    private void switchOver(Parts now) throws BlockException {
        leaveWritable(plan.target());
        if (plan.backing() == TargetBacking.SOURCE && plan.sync() == MirrorSync.NONE) {
            putOverSource(now);
            return;
        }
        giveTargetItsBacking();
        BlockNode replaced = Objects.requireNonNullElse(plan.replaces(), plan.source());
        if (!Mirrors.canReplace(plan.source(), replaced)) {
            graph().warn(
                            "Can no longer replace '"
                                    + replaced.name()
                                    + "' by '"
                                    + plan.target().name()
                                    + "', because it can no longer be guaranteed that doing so"
                                    + " would not lead to an abrupt change of visible data");
            throw new BlockException(Errno.EPERM, Errno.EPERM.text());
        }
        unfreeze();
        now.top().letTargetGo(true);
        // Who has come to the source since the start uses it itself, not the filter.
        changes().replaceNode(replaced, plan.target(), now.filter());
        takeOut(now, replaced == plan.source() ? plan.target() : plan.source());
    }

    /// The source can be a backing node only when nobody writes to it any more; guests must not
    /// read the target before it is one.
    private void putOverSource(Parts now) throws BlockException {
        BlockNode target = plan.target();
        try (BlockGraph.Drain _ = graph().drain(target)) {
            takeOut(now, target);
            boolean isDone = false;
            try {
                BackingReference named = target.driverInstance().backingReference().orElse(null);
                changes().changeBacking(target, plan.source(), named);
                isDone = true;
            } finally {
                if (!isDone) {
                    changes().replaceNode(target, plan.source());
                }
            }
        }
    }

    private void giveTargetItsBacking() throws BlockException {
        BlockNode target = plan.target();
        BackingReference named = target.driverInstance().backingReference().orElse(null);
        if (plan.backing() == TargetBacking.SOURCE) {
            BlockNode below = plan.base();
            if (below != null) {
                changes().changeBacking(target, below, named);
            }
        } else if (plan.backing() == TargetBacking.OWN) {
            String filename = target.resolvedBackingFilename().orElse(null);
            if (filename != null && named != null) {
                openBacking(target, filename, named);
            }
        }
    }

    private void openBacking(BlockNode target, String filename, BackingReference named)
            throws BlockException {
        OpenRequest request = OpenRequest.of(filename);
        String format = named.format();
        try (BlockBackend below =
                graph().open(
                                format == null ? request : request.withFormat(format),
                                Permissions.NONE,
                                Permissions.ALL)) {
            changes().changeBacking(target, below.node(), named);
        }
    }

    private void takeOut(Parts now, BlockNode successor) throws BlockException {
        unfreeze();
        now.top().letTargetGo(true);
        boolean isDone = false;
        try {
            changes().removeFilter(now.filter(), successor);
            isDone = true;
        } finally {
            now.top().letTargetGo(isDone);
        }
        parts = null;
        now.top().setBitmap(null);
        plan.source().removeBitmap(now.dirty());
    }

    @Override
    protected void clean() {
        letGo();
    }

    void letGo() {
        Parts now = parts;
        if (now != null) {
            try {
                takeOut(now, plan.source());
            } catch (BlockException e) {
                // The filter stays and passes everything on.
                parts = null;
            }
        }
        release();
    }
}
