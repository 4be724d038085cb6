package io.cairn.job.crash;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.JobEvent;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.BackupSync;
import io.cairn.job.backup.Backups;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.commit.CommitOptions;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.EventLog;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.JobState;
import io.cairn.job.stream.StreamJob;
import io.cairn.job.stream.StreamOptions;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;

/// A process that runs a job while two guests write, tells on standard output what has been made
/// stable, and goes on until it is killed.
///
///     VictimProcess DIRECTORY JOB SEED
///
/// It prints `BLOCK:SEQUENCE` for each block of a batch once the batch was flushed, in one line.
public final class VictimProcess {
    private static final int BATCH = 4;
    private static final int WRITERS = 2;

    private VictimProcess() {}

    /// Runs until it is killed.
    public static void main(String[] arguments) throws BlockException {
        CrashedDisk images = new CrashedDisk(Path.of(arguments[0]));
        long seed = Long.parseLong(arguments[2]);
        BlockGraph graph = CrashedDisk.newGraph();
        BlockNode disk = images.open(graph, "n2");
        images.open(graph, "t");
        EventLog log = new EventLog();
        JobScheduler scheduler = new JobScheduler(log);
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);
        try (BlockBackend guest = graph.newBackend("", disk, needed, Permissions.ALL);
                Workers workers = Workers.virtual("guest")) {
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                workers.fork(() -> write(guest, writer, new Random(seed * 7 + writer)));
            }
            Random random = new Random(seed);
            long speed = random.nextBoolean() ? 0 : (4L << 20) << random.nextInt(4);
            JobSettings settings = JobSettings.of("j").withSpeed(speed);
            Job job = make(graph, scheduler, arguments[1], settings);
            scheduler.start(job);
            completeWhenReady(job, log);
            workers.join();
        }
    }

    private static void write(BlockBackend guest, int writer, Random random) throws BlockException {
        for (long sequence = 1; ; ) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < BATCH; i++) {
                int block = random.nextInt(CrashedDisk.BLOCKS / WRITERS) * WRITERS + writer;
                long offset = (long) block * CrashedDisk.BLOCK;
                guest.write(offset, CrashedDisk.content(sequence), WriteFlags.NONE);
                line.append(block).append(':').append(sequence++).append(' ');
            }
            guest.flush();
            System.out.println(line);
        }
    }

    private static Job make(
            BlockGraph graph, JobScheduler scheduler, String kind, JobSettings settings)
            throws BlockException {
        return switch (kind) {
            case "backup" ->
                    Backups.create(
                            graph,
                            scheduler,
                            BackupOptions.of(settings, "n2", "t", BackupSync.FULL),
                            null);
            case "mirror", "mirror-blocking" ->
                    Mirrors.create(
                            graph,
                            scheduler,
                            MirrorOptions.of(settings, "n2", "t", MirrorSync.FULL)
                                    .withCopyMode(
                                            kind.equals("mirror")
                                                    ? CopyMode.BACKGROUND
                                                    : CopyMode.WRITE_BLOCKING),
                            null);
            case "stream" ->
                    StreamJob.create(graph, scheduler, StreamOptions.of(settings, "n2"), null);
            case "commit" -> {
                BlockNode middle =
                        Objects.requireNonNull(ChainStatus.below(graph.find("n2").orElseThrow()));
                yield CommitJobs.create(
                        graph,
                        scheduler,
                        CommitOptions.of(settings, "n2").withNodes(null, middle.name()),
                        null);
            }
            case "commit-active" ->
                    CommitJobs.create(graph, scheduler, CommitOptions.of(settings, "n2"), null);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static void completeWhenReady(Job job, EventLog log) throws BlockException {
        log.await(VictimProcess::isReadyOrConcluded, 1);
        if (job.state() == JobState.READY) {
            job.complete();
            job.awaitConcluded();
        }
    }

    private static boolean isReadyOrConcluded(BlockEvent event) {
        return event instanceof JobEvent.StatusChange change
                && (change.status().equals("ready") || change.status().equals("concluded"));
    }
}
