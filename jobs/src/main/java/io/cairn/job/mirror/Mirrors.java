package io.cairn.job.mirror;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.ChildEdge;
import io.cairn.job.image.DriveTarget;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Makes mirror jobs (QMP reference manual, "blockdev-mirror").
public final class Mirrors {
    private static final long MIN_GRANULARITY = 512;
    private static final long MAX_GRANULARITY = 64 << 20;
    private static final long DEFAULT_GRANULARITY = 64 << 10;

    /// The most bytes under way at once where nobody says.
    public static final long DEFAULT_BUF_SIZE = 16 << 20;

    private Mirrors() {}

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}.
    ///
    /// @param group the jobs with which it ends, or null
    public static MirrorJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            MirrorOptions options,
            @Nullable JobGroup group)
            throws BlockException {
        BlockNode source = source(graph, options);
        BlockNode target = BlockJob.find(graph, options.target());
        return create(graph, scheduler, options, source, target, TargetBacking.KEEP, group);
    }

    /// Makes a job that makes and opens its target itself (QMP reference manual, "drive-mirror").
    ///
    /// @param options whose `target` and `sync` are read with the drive: without a backing node
    ///   `TOP` is `FULL`
    /// @param group the jobs with which it ends, or null
    public static MirrorJob createDrive(
            BlockGraph graph,
            JobScheduler scheduler,
            MirrorOptions options,
            DriveTarget drive,
            @Nullable JobGroup group)
            throws BlockException {
        BlockNode source = source(graph, options);
        source.requireUnblocked("mirror-source");
        requireGranularity(options.granularity());
        scheduler.requireFree(options.settings());
        BlockNode below = ChainStatus.below(source);
        MirrorOptions known =
                below == null && options.sync() == MirrorSync.TOP
                        ? options.withSync(MirrorSync.FULL)
                        : options;
        drive.make(
                graph,
                source,
                switch (known.sync()) {
                    case FULL -> null;
                    case TOP -> below;
                    case NONE -> source;
                });
        try (BlockBackend target = drive.open(graph, source, options.unmap(), false)) {
            TargetBacking backing = drive.isExisting() ? TargetBacking.OWN : TargetBacking.SOURCE;
            return create(graph, scheduler, known, source, target.node(), backing, group);
        }
    }

    private static BlockNode source(BlockGraph graph, MirrorOptions options) throws BlockException {
        BlockNode source = BlockJob.find(graph, options.device());
        if (!source.isRoot()) {
            throw new InvalidOptionException("Need a root block node");
        }
        return source;
    }

    private static MirrorJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            MirrorOptions options,
            BlockNode source,
            BlockNode target,
            TargetBacking backing,
            @Nullable JobGroup group)
            throws BlockException {
        requireGranularity(options.granularity());
        source.requireUnblocked("mirror-source");
        requireUnused(target);
        String replaces = options.replaces();
        BlockNode replaced = replaces == null ? null : replaced(graph, source, replaces);
        if (options.bufSize() < 0) {
            throw new InvalidOptionException("Invalid parameter 'buf-size'");
        }
        if (source == target) {
            throw new InvalidOptionException("Can't mirror node into itself");
        }
        long granularity = options.granularity() == 0 ? granularity(target) : options.granularity();
        long cluster = target.formatInfo().clusterSize();
        // What a partly written cluster has besides must come from the source, too, until the
        // target stands on what has it.
        boolean needsClusters =
                options.sync() != MirrorSync.FULL
                        && target.backing() == null
                        && cluster > granularity;
        MirrorPlan plan =
                new MirrorPlan(
                        "mirror",
                        options.settings(),
                        source,
                        target,
                        replaced,
                        options.sync() == MirrorSync.TOP ? ChainStatus.below(source) : null,
                        options.sync(),
                        false,
                        granularity,
                        needsClusters ? Long.highestOneBit(cluster) : granularity,
                        options.bufSize() == 0 ? DEFAULT_BUF_SIZE : options.bufSize(),
                        options.targetIsZero(),
                        backing,
                        options.unmap(),
                        options.onSourceError(),
                        options.onTargetError(),
                        options.copyMode(),
                        options.filterNodeName(),
                        false);
        return create(graph, scheduler, plan, group);
    }

    /// Makes the job of a plan.
    public static MirrorJob create(
            BlockGraph graph, JobScheduler scheduler, MirrorPlan plan, @Nullable JobGroup group)
            throws BlockException {
        MirrorJob job = new MirrorJob(graph, scheduler, plan, group);
        scheduler.admit(job, job::takeHold, job::letGo);
        return job;
    }

    /// The granularity for a target: its clusters, if it has some.
    public static long granularity(BlockNode target) throws BlockException {
        long cluster = target.formatInfo().clusterSize();
        return cluster == 0
                ? DEFAULT_GRANULARITY
                : Math.max(4096, Math.min(DEFAULT_GRANULARITY, Long.highestOneBit(cluster)));
    }

    private static void requireGranularity(long granularity) throws BlockException {
        if (granularity == 0) {
            return;
        }
        if (granularity < MIN_GRANULARITY || granularity > MAX_GRANULARITY) {
            throw new InvalidOptionException(
                    "Parameter 'granularity' expects a value in range [512B, 64MB]");
        }
        if (Long.bitCount(granularity) != 1) {
            throw new InvalidOptionException("Parameter 'granularity' expects a power of 2");
        }
    }

    private static void requireUnused(BlockNode node) throws BlockException {
        node.requireUnblocked("mirror-target");
        List<BlockNode> overlays = node.overlays();
        if (!overlays.isEmpty()) {
            throw new InvalidOptionException(
                    "Node '"
                            + node.name()
                            + "' is busy: node is used as backing hd of '"
                            + overlays.getFirst().name()
                            + "'");
        }
    }

    private static BlockNode replaced(BlockGraph graph, BlockNode source, String name)
            throws BlockException {
        BlockNode node =
                graph.find(name)
                        .orElseThrow(() ->
                                new InvalidOptionException(
                                        "Failed to find node with node-name='" + name + "'"));
        requireUnused(node);
        if (!canReplace(source, node)) {
            throw new InvalidOptionException(
                    "Cannot replace '"
                            + name
                            + "' by a node mirrored from '"
                            + source.name()
                            + "', because it cannot be guaranteed that doing so would not lead to"
                            + " an abrupt change of visible data");
        }
        return node;
    }

    /// True if a copy of a node can take the place of another, whose users see no change: that
    /// shows the same data; or it is a vote of a quorum, which outvotes it where it differs, and
    /// nobody but the quorum reads it.
    static boolean canReplace(BlockNode source, BlockNode node) {
        return canReplace(source, node, false);
    }

    private static boolean canReplace(BlockNode above, BlockNode node, boolean isVote) {
        if (isVote && above.parents().size() > 1) {
            return false;
        }
        if (above == node) {
            return true;
        }
        boolean isQuorum = above.driver().equals("quorum");
        if (!above.isFilter() && !isQuorum) {
            return false;
        }
        for (ChildEdge child : above.children()) {
            if (canReplace(child.node(), node, isVote || isQuorum)) {
                return true;
            }
        }
        return false;
    }
}
