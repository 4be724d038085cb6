package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorPlan;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.mirror.TargetBacking;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;

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
            return Mirrors.create(graph, scheduler, plan(range, options), group);
        }
        CommitJob job = new CommitJob(graph, scheduler, options, group, range);
        scheduler.admit(job, () -> job.takeHold(options.filterNodeName()), job::letGo);
        return job;
    }

    /// The commit of an active image is a mirror to its base.
    private static MirrorPlan plan(CommitRange range, CommitOptions options) throws BlockException {
        return new MirrorPlan(
                "commit",
                options.settings(),
                range.top(),
                range.base(),
                null,
                range.base(),
                MirrorSync.FULL,
                true,
                Mirrors.granularity(range.base()),
                false,
                Mirrors.DEFAULT_BUF_SIZE,
                false,
                TargetBacking.KEEP,
                true,
                options.onError(),
                options.onError(),
                CopyMode.BACKGROUND,
                options.filterNodeName());
    }
}
