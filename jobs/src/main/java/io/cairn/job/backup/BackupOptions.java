package io.cairn.job.backup;

import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;

/// What is to be backed up (QMP reference manual, "blockdev-backup").
///
/// @param settings what every job is made with
/// @param device the node that is copied
/// @param target the node that takes the copy
/// @param sync what is copied
/// @param bitmap the name of the source's bitmap, or null
/// @param bitmapMode what becomes of the bitmap; null without one
/// @param compress the target stores the data compressed
/// @param onSourceError what becomes of the job when a read fails
/// @param onTargetError what becomes of the job when a write fails
/// @param filterNodeName the name of the filter that the job puts above the source
/// @param maxWorkers how many copies run at once (`x-perf`)
/// @param maxChunk the most bytes of one copy, 0 for the default (`x-perf`)
public record BackupOptions(
        JobSettings settings,
        String device,
        String target,
        BackupSync sync,
        @Nullable String bitmap,
        @Nullable BitmapMode bitmapMode,
        boolean compress,
        OnError onSourceError,
        OnError onTargetError,
        @Nullable String filterNodeName,
        long maxWorkers,
        long maxChunk) {
    private static final long DEFAULT_WORKERS = 64;

    /// A backup with the defaults.
    public static BackupOptions of(
            JobSettings settings, String device, String target, BackupSync sync) {
        return new BackupOptions(
                settings,
                device,
                target,
                sync,
                null,
                null,
                false,
                OnError.REPORT,
                OnError.REPORT,
                null,
                DEFAULT_WORKERS,
                0);
    }

    public BackupOptions withSync(BackupSync what) {
        Values values = new Values(this);
        values.sync = what;
        return values.toOptions();
    }

    public BackupOptions withBitmap(@Nullable String name, @Nullable BitmapMode mode) {
        Values values = new Values(this);
        values.bitmap = name;
        values.bitmapMode = mode;
        return values.toOptions();
    }

    public BackupOptions withCompress(boolean on) {
        Values values = new Values(this);
        values.compress = on;
        return values.toOptions();
    }

    public BackupOptions withOnErrors(OnError source, OnError newTarget) {
        Values values = new Values(this);
        values.onSourceError = source;
        values.onTargetError = newTarget;
        return values.toOptions();
    }

    public BackupOptions withFilterNodeName(String name) {
        Values values = new Values(this);
        values.filterNodeName = name;
        return values.toOptions();
    }

    /// How the copies are cut and how many run at once.
    public BackupOptions withLimits(long workers, long chunk) {
        Values values = new Values(this);
        values.maxWorkers = workers;
        values.maxChunk = chunk;
        return values.toOptions();
    }

    /// The components while one of them is being changed.
    private static final class Values {
        private JobSettings settings;
        private String device;
        private String target;
        private BackupSync sync;
        private @Nullable String bitmap;
        private @Nullable BitmapMode bitmapMode;
        private boolean compress;
        private OnError onSourceError;
        private OnError onTargetError;
        private @Nullable String filterNodeName;
        private long maxWorkers;
        private long maxChunk;

        Values(BackupOptions options) {
            settings = options.settings();
            device = options.device();
            target = options.target();
            sync = options.sync();
            bitmap = options.bitmap();
            bitmapMode = options.bitmapMode();
            compress = options.compress();
            onSourceError = options.onSourceError();
            onTargetError = options.onTargetError();
            filterNodeName = options.filterNodeName();
            maxWorkers = options.maxWorkers();
            maxChunk = options.maxChunk();
        }

        BackupOptions toOptions() {
            return new BackupOptions(
                    settings,
                    device,
                    target,
                    sync,
                    bitmap,
                    bitmapMode,
                    compress,
                    onSourceError,
                    onTargetError,
                    filterNodeName,
                    maxWorkers,
                    maxChunk);
        }
    }
}
