package io.cairn.job.scheduler;

import org.jspecify.annotations.Nullable;

/// What a user is told of a job (QMP reference manual, "JobInfo" and "BlockJobInfo").
///
/// @param id the job's id
/// @param type the kind of job by its name in the manual
/// @param isBlockJob the job is of the kinds that `query-block-jobs` lists
/// @param state where the job stands
/// @param offset what is done, in the job's own unit
/// @param length what there is to do, in the same unit
/// @param speed the most bytes a second, 0 for no limit
/// @param isBusy the job is at work right now
/// @param isPaused the job is paused or about to be
/// @param isReady the job can be completed
/// @param ioStatus `ok`, `failed` or `nospace`
/// @param autoFinalize the job finalizes itself
/// @param autoDismiss the job vanishes when it is over
/// @param error why the job failed, null if it did not
public record JobInfo(
        String id,
        String type,
        boolean isBlockJob,
        JobState state,
        long offset,
        long length,
        long speed,
        boolean isBusy,
        boolean isPaused,
        boolean isReady,
        String ioStatus,
        boolean autoFinalize,
        boolean autoDismiss,
        @Nullable String error) {}
