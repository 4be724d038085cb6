package io.cairn.job.backup;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.job.image.DriveTarget;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;

import org.jspecify.annotations.Nullable;

/// Makes backup jobs (QMP reference manual, "blockdev-backup").
public final class Backups {
    private Backups() {}

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}. The backup is of the
    /// moment of this call.
    ///
    /// @param group the jobs with which it ends, or null
    public static BackupJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            BackupOptions options,
            @Nullable JobGroup group)
            throws BlockException {
        BlockNode source = BlockJob.find(graph, options.device());
        BlockNode target = BlockJob.find(graph, options.target());
        return create(graph, scheduler, options, source, target, group);
    }

    /// Makes a job that is part of something else, which is to be {@linkplain JobScheduler#start
    /// started}: it keeps in the target what guests overwrite in the source.
    public static BackupJob createInternal(
            BlockGraph graph,
            JobScheduler scheduler,
            JobSettings settings,
            BlockNode source,
            BlockNode target)
            throws BlockException {
        BackupOptions options =
                BackupOptions.of(settings, source.name(), target.name(), BackupSync.NONE);
        return create(graph, scheduler, options, source, target, null);
    }

    /// Makes a job that makes and opens its target itself (QMP reference manual, "drive-backup").
    ///
    /// @param options whose `target` is not looked at; without a backing node `TOP` is `FULL`
    /// @param group the jobs with which it ends, or null
    public static BackupJob createDrive(
            BlockGraph graph,
            JobScheduler scheduler,
            BackupOptions options,
            DriveTarget drive,
            @Nullable JobGroup group)
            throws BlockException {
        BlockNode source = BlockJob.find(graph, options.device());
        source.requireUnblocked("backup-source");
        scheduler.requireFree(options.settings());
        BlockNode below = ChainStatus.below(source);
        BackupOptions known =
                below == null && options.sync() == BackupSync.TOP
                        ? options.withSync(BackupSync.FULL)
                        : options;
        boolean isNone = known.sync() == BackupSync.NONE;
        BlockNode backing = isNone ? source : known.sync() == BackupSync.TOP ? below : null;
        drive.make(graph, source, backing);
        boolean isOverSource = isNone && !drive.isExisting();
        try (BlockBackend target = drive.open(graph, source, true, !isOverSource)) {
            BlockNode node = target.node();
            if (isOverSource) {
                new ChainChanges(graph)
                        .changeBacking(
                                node,
                                source,
                                node.driverInstance().backingReference().orElse(null));
            }
            return create(graph, scheduler, known, source, node, group);
        }
    }

    private static BackupJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            BackupOptions options,
            BlockNode source,
            BlockNode target,
            @Nullable JobGroup group)
            throws BlockException {
        DirtyBitmap bitmap = bitmap(source, options);
        if (options.maxWorkers() < 1 || options.maxWorkers() > Integer.MAX_VALUE) {
            throw new InvalidOptionException(
                    "max-workers must be between 1 and " + Integer.MAX_VALUE);
        }
        if (options.maxChunk() < 0) {
            throw new InvalidOptionException(
                    "max-chunk must be zero (which means no limit) or positive");
        }
        requirePair(source, target, options);
        BackupJob job = new BackupJob(graph, scheduler, options, group, source, target, bitmap);
        scheduler.admit(job, job::takeHold, () -> job.letGo(false));
        return job;
    }

    private static @Nullable DirtyBitmap bitmap(BlockNode source, BackupOptions options)
            throws BlockException {
        BackupSync sync = options.sync();
        String name = options.bitmap();
        BitmapMode mode = options.bitmapMode();
        boolean isByBitmap = sync == BackupSync.BITMAP || sync == BackupSync.INCREMENTAL;
        if (name == null && isByBitmap) {
            throw new InvalidOptionException(
                    "must provide a valid bitmap name for '" + sync.text() + "' sync mode");
        }
        if (sync == BackupSync.INCREMENTAL && mode != null && mode != BitmapMode.ON_SUCCESS) {
            throw new InvalidOptionException(
                    "Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
        }
        if (name == null && mode != null) {
            throw new InvalidOptionException("Cannot specify bitmap sync mode without a bitmap");
        }
        if (name == null) {
            return null;
        }
        DirtyBitmap bitmap =
                source.findBitmap(name)
                        .orElseThrow(() ->
                                new InvalidOptionException(
                                        "Bitmap '" + name + "' could not be found"));
        if (mode == null && sync != BackupSync.INCREMENTAL) {
            throw new InvalidOptionException(
                    "Bitmap sync mode must be given when providing a bitmap");
        }
        bitmap.requireUsable();
        requireMeaningful(sync, mode);
        return bitmap;
    }

    private static void requireMeaningful(BackupSync sync, @Nullable BitmapMode mode)
            throws BlockException {
        if (sync == BackupSync.NONE) {
            throw new InvalidOptionException(
                    "sync mode 'none' does not produce meaningful bitmap outputs");
        }
        boolean isWhole = sync == BackupSync.FULL || sync == BackupSync.TOP;
        if (isWhole && mode == BitmapMode.NEVER) {
            throw new InvalidOptionException(
                    "Bitmap sync mode 'never' has no meaningful effect when combined with sync"
                            + " mode '"
                            + sync.text()
                            + "'");
        }
    }

    private static void requirePair(BlockNode source, BlockNode target, BackupOptions options)
            throws BlockException {
        if (source == target) {
            throw new InvalidOptionException("Source and target cannot be the same");
        }
        if (options.compress() && !target.driverInstance().supportsCompressedWrites()) {
            throw new InvalidOptionException("Compression is not supported for this drive ");
        }
        source.requireUnblocked("backup-source");
        target.requireUnblocked("backup-target");
        if (source.length() != target.length()) {
            throw new InvalidOptionException("Source and target image have different sizes");
        }
        if (target.isReadOnly()) {
            throw new InvalidOptionException("Could not create node: Block node is read-only");
        }
    }
}
