package io.cairn.job.mirror;

import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// What is to be mirrored (QMP reference manual, "blockdev-mirror").
///
/// @param settings what every job is made with
/// @param device the root node that is mirrored
/// @param target the node that takes the copy
/// @param replaces the node whose place the target takes at the end; null for the source
/// @param sync what is copied at first
/// @param granularity bytes that are copied together, a power of two; 0 for the target's clusters
/// @param bufSize the most bytes under way at once; 0 for the default
/// @param targetIsZero the target is known to read as zeroes, so that none are written; a wrong
///   claim makes a wrong copy
/// @param unmap zeroes may be written by giving space back
/// @param onSourceError what becomes of the job when a read fails
/// @param onTargetError what becomes of the job when a write fails
/// @param copyMode how a guest's writes come to the target
/// @param filterNodeName the name of the filter that the job puts above the source
public record MirrorOptions(
        JobSettings settings,
        String device,
        String target,
        @Nullable String replaces,
        MirrorSync sync,
        long granularity,
        long bufSize,
        boolean targetIsZero,
        boolean unmap,
        OnError onSourceError,
        OnError onTargetError,
        CopyMode copyMode,
        @Nullable String filterNodeName) {
    /// A mirror with the defaults.
    public static MirrorOptions of(
            JobSettings settings, String device, String target, MirrorSync sync) {
        return new MirrorOptions(
                settings,
                device,
                target,
                null,
                sync,
                0,
                0,
                false,
                true,
                OnError.REPORT,
                OnError.REPORT,
                CopyMode.BACKGROUND,
                null);
    }

    public MirrorOptions withSync(MirrorSync what) {
        Values values = new Values(this);
        values.sync = what;
        return values.toOptions();
    }

    public MirrorOptions withReplaces(String name) {
        Values values = new Values(this);
        values.replaces = name;
        return values.toOptions();
    }

    /// @param newGranularity bytes, 0 for the default
    /// @param newBufSize bytes, 0 for the default
    public MirrorOptions withSizes(long newGranularity, long newBufSize) {
        Values values = new Values(this);
        values.granularity = newGranularity;
        values.bufSize = newBufSize;
        return values.toOptions();
    }

    public MirrorOptions withTargetIsZero(boolean on) {
        Values values = new Values(this);
        values.targetIsZero = on;
        return values.toOptions();
    }

    public MirrorOptions withUnmap(boolean on) {
        Values values = new Values(this);
        values.unmap = on;
        return values.toOptions();
    }

    public MirrorOptions withOnErrors(OnError source, OnError target) {
        Values values = new Values(this);
        values.onSourceError = source;
        values.onTargetError = target;
        return values.toOptions();
    }

    public MirrorOptions withCopyMode(CopyMode mode) {
        Values values = new Values(this);
        values.copyMode = mode;
        return values.toOptions();
    }

    public MirrorOptions withFilterNodeName(String name) {
        Values values = new Values(this);
        values.filterNodeName = name;
        return values.toOptions();
    }

    /// The components while one of them is being changed.
    private static final class Values {
        private JobSettings settings;
        private String device;
        private String target;
        private @Nullable String replaces;
        private MirrorSync sync;
        private long granularity;
        private long bufSize;
        private boolean targetIsZero;
        private boolean unmap;
        private OnError onSourceError;
        private OnError onTargetError;
        private CopyMode copyMode;
        private @Nullable String filterNodeName;

        Values(MirrorOptions options) {
            settings = options.settings();
            device = options.device();
            target = options.target();
            replaces = options.replaces();
            sync = options.sync();
            granularity = options.granularity();
            bufSize = options.bufSize();
            targetIsZero = options.targetIsZero();
            unmap = options.unmap();
            onSourceError = options.onSourceError();
            onTargetError = options.onTargetError();
            copyMode = options.copyMode();
            filterNodeName = options.filterNodeName();
        }

        MirrorOptions toOptions() {
            return new MirrorOptions(
                    settings,
                    device,
                    target,
                    replaces,
                    sync,
                    granularity,
                    bufSize,
                    targetIsZero,
                    unmap,
                    onSourceError,
                    onTargetError,
                    copyMode,
                    filterNodeName);
        }
    }
}
