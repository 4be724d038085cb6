package io.cairn.job.mirror;

import io.cairn.block.graph.BlockNode;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// A mirror as its job sees it, arguments checked and nodes found.
///
/// @param type the kind of job, `mirror` or `commit`
/// @param settings what every job is made with
/// @param source the root node that is copied
/// @param target the node that takes the copy
/// @param replaces the node whose place the target takes at the end; null for the source
/// @param base the node below the source whose data is not copied; null for none
/// @param sync what is copied at first
/// @param isCommit the target is the base
/// @param granularity bytes for which one bit says that they are to be copied, a power of two
/// @param unit bytes that are written together at the least, a power of two: the granularity, or
///   clusters of the target that it cannot fill by itself
/// @param bufSize the most bytes under way at once
/// @param targetIsZero the target is known to read as zeroes
/// @param backing what the target stands on in the end
/// @param unmap zeroes may be written by giving space back
/// @param onSourceError what becomes of the job when a read fails
/// @param onTargetError what becomes of the job when a write fails
/// @param copyMode how a guest's writes come to the target
/// @param filterName the name of the filter, or null
/// @param completesItself the job completes once source and target are the same
public record MirrorPlan(
        String type,
        JobSettings settings,
        BlockNode source,
        BlockNode target,
        @Nullable BlockNode replaces,
        @Nullable BlockNode base,
        MirrorSync sync,
        boolean isCommit,
        long granularity,
        long unit,
        long bufSize,
        boolean targetIsZero,
        TargetBacking backing,
        boolean unmap,
        OnError onSourceError,
        OnError onTargetError,
        CopyMode copyMode,
        @Nullable String filterName,
        boolean completesItself) {
    /// The start of the unit with a byte.
    long unitStart(long offset) {
        return offset & -unit;
    }

    /// The end of the last unit before an offset.
    long unitEnd(long offset) {
        return (offset + unit - 1) & -unit;
    }
}
