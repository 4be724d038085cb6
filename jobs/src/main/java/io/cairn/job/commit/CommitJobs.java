package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorPlan;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.mirror.TargetBacking;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// Makes the jobs that commit images (QMP reference manual, "block-commit").
public final class CommitJobs {
    private CommitJobs() {}

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}.
    ///
    /// @param group the jobs with which it ends, or null
    public static Job create(
            BlockGraph graph,
            JobScheduler scheduler,
            CommitOptions options,
            @Nullable JobGroup group)
            throws BlockException {
        CommitRange range = CommitRange.of(graph, options);
        scheduler.requireFree(options.settings());
        if (range.isActive()) {
            MirrorPlan plan =
                    plan(
                            options.settings(),
                            range.top(),
                            range.base(),
                            options.onError(),
                            options.filterNodeName(),
                            false);
            return Mirrors.create(graph, scheduler, plan, group);
        }
        CommitJob job = new CommitJob(graph, scheduler, options, group, range);
        scheduler.admit(job, () -> job.takeHold(options.filterNodeName()), job::letGo);
        return job;
    }

    /// Makes a job that is part of something else, which is to be {@linkplain JobScheduler#start
    /// started}: it commits an active image and has the base take its place once that is done.
    ///
    /// @param base stands in the chain below `top`
    public static Job createInternal(
            BlockGraph graph,
            JobScheduler scheduler,
            JobSettings settings,
            BlockNode top,
            BlockNode base)
            throws BlockException {
        MirrorPlan plan = plan(settings, top, base, OnError.REPORT, null, true);
        return Mirrors.create(graph, scheduler, plan, null);
    }

    /// The commit of an active image is a mirror to its base.
    private static MirrorPlan plan(
            JobSettings settings,
            BlockNode top,
            BlockNode base,
            OnError onError,
            @Nullable String filterName,
            boolean completesItself)
            throws BlockException {
        return new MirrorPlan(
                "commit",
                settings,
                top,
                base,
                null,
                base,
                MirrorSync.FULL,
                true,
                Mirrors.granularity(base),
                Mirrors.granularity(base),
                Mirrors.DEFAULT_BUF_SIZE,
                false,
                TargetBacking.KEEP,
                true,
                onError,
                onError,
                CopyMode.BACKGROUND,
                filterName,
                completesItself);
    }
}
