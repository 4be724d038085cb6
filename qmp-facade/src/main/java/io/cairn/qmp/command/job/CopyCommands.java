package io.cairn.qmp.command.job;

import io.cairn.block.BlockException;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.BackupSync;
import io.cairn.job.backup.Backups;
import io.cairn.job.backup.BitmapMode;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.commit.CommitOptions;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.job.stream.StreamJob;
import io.cairn.job.stream.StreamOptions;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands that start jobs which copy between nodes (QMP reference manual, "Block devices").
public final class CopyCommands implements CommandFamily {
    private final StorageService service;

    public CopyCommands(StorageService service) {
        this.service = service;
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("blockdev-mirror", in -> readMirror(named(in)), this::mirror);
        table.add("block-commit", in -> readCommit(named(in)), this::commit);
        table.add("block-stream", in -> readStream(named(in)), this::stream);
        table.add(
                "blockdev-backup",
                in -> readBackup(named(in)),
                options -> service.jobs().start(backup(options, null)));
    }

    /// Arguments whose job has the name of its drive unless they say otherwise.
    private Arguments named(Arguments in) {
        return DeviceOrNode.withJobId(service.graph(), in);
    }

    // ---- mirror

    static MirrorOptions readMirror(Arguments in) throws QmpException {
        CopySettings settings = CopySettings.read(in);
        String sync = in.string("sync");
        if (sync.equals("incremental") || sync.equals("bitmap")) {
            throw QmpException.generic("Sync mode '" + sync + "' not supported");
        }
        MirrorOptions options =
                MirrorOptions.of(
                                settings.job(),
                                settings.device(),
                                in.string("target"),
                                in.choice("sync", MirrorSync.class))
                        .withSizes(in.integer("granularity", 0), in.integer("buf-size", 0))
                        .withOnErrors(
                                CopySettings.onError(in, "on-source-error"),
                                CopySettings.onError(in, "on-target-error"))
                        .withCopyMode(in.choice("copy-mode", CopyMode.class, CopyMode.BACKGROUND));
        String replaces = in.findString("replaces");
        if (replaces != null) {
            options = options.withReplaces(replaces);
        }
        String filter = settings.filterNodeName();
        return filter == null ? options : options.withFilterNodeName(filter);
    }

    private void mirror(MirrorOptions options) throws BlockException {
        start(Mirrors.create(service.graph(), service.jobs(), options, null));
    }

    // ---- commit

    private static CommitOptions readCommit(Arguments in) throws QmpException {
        CopySettings settings = CopySettings.read(in);
        String base = in.findString("base");
        String baseNode = in.findString("base-node");
        String top = in.findString("top");
        String topNode = in.findString("top-node");
        CommitOptions options =
                CommitOptions.of(settings.job(), settings.device())
                        .withFiles(base, top)
                        .withNodes(baseNode, topNode)
                        .withOnError(CopySettings.onError(in, "on-error"));
        String backingFile = in.findString("backing-file");
        if (backingFile != null) {
            options = options.withBackingFile(backingFile);
        }
        String filter = settings.filterNodeName();
        return filter == null ? options : options.withFilterNodeName(filter);
    }

    private void commit(CommitOptions options) throws BlockException, QmpException {
        if (service.graph().devices().find(options.device()).isEmpty()
                && service.graph().find(options.device()).isEmpty()) {
            throw new QmpException(
                    ErrorClass.DEVICE_NOT_FOUND, "Device '" + options.device() + "' not found");
        }
        start(CommitJobs.create(service.graph(), service.jobs(), options, null));
    }

    // ---- stream

    private static StreamOptions readStream(Arguments in) {
        CopySettings settings = CopySettings.read(in);
        return new StreamOptions(
                settings.job(),
                settings.device(),
                in.findString("base"),
                in.findString("base-node"),
                in.findString("bottom"),
                in.findString("backing-file"),
                CopySettings.onError(in, "on-error"),
                settings.filterNodeName());
    }

    private void stream(StreamOptions options) throws BlockException {
        start(StreamJob.create(service.graph(), service.jobs(), options, null));
    }

    // ---- backup

    /// The arguments of `blockdev-backup`, the command or the action of a transaction.
    public static BackupOptions readBackup(Arguments in) {
        CopySettings settings = CopySettings.read(in);
        BackupOptions options =
                BackupOptions.of(
                                settings.job(),
                                settings.device(),
                                in.string("target"),
                                in.choice("sync", BackupSync.class))
                        .withBitmap(
                                in.findString("bitmap"),
                                in.findChoice("bitmap-mode", BitmapMode.class))
                        .withCompress(in.bool("compress", false))
                        .withOnErrors(
                                CopySettings.onError(in, "on-source-error"),
                                CopySettings.onError(in, "on-target-error"));
        String filter = settings.filterNodeName();
        if (filter != null) {
            options = options.withFilterNodeName(filter);
        }
        Arguments perf = in.findObject("x-perf");
        if (perf == null) {
            return options;
        }
        // Whether the host copies by itself is decided request by request.
        perf.bool("use-copy-range", false);
        return options.withLimits(
                perf.integer("max-workers", options.maxWorkers()),
                perf.integer("max-chunk", options.maxChunk()));
    }

    /// Makes a backup job, which is to be started.
    ///
    /// @param group the jobs with which it ends, or null
    public Job backup(BackupOptions options, @Nullable JobGroup group) throws BlockException {
        return Backups.create(service.graph(), service.jobs(), options, group);
    }

    private void start(Job job) {
        service.jobs().start(job);
    }
}
