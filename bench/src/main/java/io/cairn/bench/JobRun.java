package io.cairn.bench;

import io.cairn.block.BlockException;
import io.cairn.block.JobEvent;
import io.cairn.block.NodeFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.BackupSync;
import io.cairn.job.backup.Backups;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.commit.CommitOptions;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.stream.StreamJob;
import io.cairn.job.stream.StreamOptions;
import io.cairn.protocol.ProtocolDrivers;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/// Runs one of our jobs in this process, and prints how many seconds it took from its making to its
/// end: what {@link JobsSideBySide} starts. A small mirror between nodes that hold nothing goes
/// before, as in a process that has been serving for a while.
///
///     JobRun KIND FORMAT
public final class JobRun {
    private static final int SMALL = 64 << 20;

    private JobRun() {}

    /// Works in the current directory.
    public static void main(String[] arguments) throws BlockException, InterruptedException {
        JobKind kind = JobKind.valueOf(arguments[0]);
        BlockGraph graph =
                new BlockGraph(
                        new DriverRegistry(
                                List.of(
                                        new FormatDrivers(),
                                        new FilterDrivers(),
                                        new ProtocolDrivers())),
                        FollowPolicy.EVERYTHING);
        for (String name : List.of("source", "target")) {
            openSmall(graph, name);
        }
        run(graph, JobKind.MIRROR);
        for (String name : List.of("source", "target")) {
            graph.remove(name);
        }
        for (JobDisks.NodeFile node : JobDisks.of(kind, arguments[1]).nodes()) {
            open(graph, node);
        }
        System.out.printf(Locale.ROOT, "%.4f%n", run(graph, kind));
    }

    /// Returns the seconds that the job took.
    private static double run(BlockGraph graph, JobKind kind)
            throws BlockException, InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        JobScheduler scheduler =
                new JobScheduler(event -> {
                    if (event instanceof JobEvent.Ready) {
                        ready.countDown();
                    }
                });
        long start = System.nanoTime();
        Job job = make(graph, scheduler, kind);
        scheduler.start(job);
        if (kind == JobKind.MIRROR) {
            ready.await();
            job.cancel(false);
        }
        job.awaitConcluded();
        double seconds = (System.nanoTime() - start) / 1e9;
        String error = job.info().error();
        if (error != null) {
            throw new IllegalStateException(error);
        }
        return seconds;
    }

    private static void openSmall(BlockGraph graph, String name) throws BlockException {
        Options options =
                new Options()
                        .put("driver", "null-co")
                        .put("node-name", name)
                        .put("read-zeroes", false)
                        .put("size", SMALL);
        NodeFlags flags = NodeFlags.READ_ONLY.withReadOnly(false);
        graph.add(new OpenRequest(null, options, flags, true));
    }

    private static void open(BlockGraph graph, JobDisks.NodeFile node) throws BlockException {
        Options options = new Options().put("driver", node.format()).put("node-name", node.node());
        if (!node.backing().isEmpty()) {
            options.put("backing", node.backing());
        } else if (node.format().equals("qcow2")) {
            options.put("backing", JsonNull.NULL);
        }
        NodeFlags flags = NodeFlags.READ_ONLY.withReadOnly(false).withUnmap(true);
        graph.add(new OpenRequest(node.file(), options, flags, true));
    }

    private static Job make(BlockGraph graph, JobScheduler scheduler, JobKind kind)
            throws BlockException {
        JobSettings settings = JobSettings.of("j").withAutoDismiss(false);
        return switch (kind) {
            case MIRROR ->
                    Mirrors.create(
                            graph,
                            scheduler,
                            MirrorOptions.of(settings, "source", "target", MirrorSync.FULL),
                            null);
            case BACKUP ->
                    Backups.create(
                            graph,
                            scheduler,
                            BackupOptions.of(settings, "source", "target", BackupSync.FULL),
                            null);
            case COMMIT ->
                    CommitJobs.create(
                            graph,
                            scheduler,
                            CommitOptions.of(settings, "top").withNodes("base", "middle"),
                            null);
            case STREAM ->
                    StreamJob.create(graph, scheduler, StreamOptions.of(settings, "top"), null);
        };
    }
}
