package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Debuggable;
import io.cairn.block.NodeFlags;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.Direction;
import io.cairn.block.throttle.ThrottleMember;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.BackupSync;
import io.cairn.job.backup.Backups;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.commit.CommitOptions;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.stream.StreamJob;
import io.cairn.job.stream.StreamOptions;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Each of these waits would last for ever: that the tests end shows that cancelling ends them.
@Timeout(60)
class ForcedCancelTest {
    private final JobGraph images = new JobGraph();

    @BeforeEach
    void makeImages() throws BlockException {
        images.chain(1);
        images.image("t");
        images.graph().listen(images.log);
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    /// Puts a filter node above another.
    private BlockNode above(String driver, String child, String name, Options more)
            throws BlockException {
        Options options =
                new Options(more)
                        .put("driver", driver)
                        .put("node-name", name)
                        .put(driver.equals("blkdebug") ? "image" : "file", child);
        return images.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private void stopAt(BlockNode debugged, String event) throws BlockException {
        ((Debuggable) debugged.driverInstance()).addBreakpoint(event, "stop");
    }

    private void awaitSuspended() {
        images.log.await(BlockEvent.RequestSuspended.class::isInstance, 1);
    }

    /// Cancels a job by force, and sees that others are answered before it ends.
    private void cancel(Job job) throws BlockException {
        assertThat(images.scheduler.query()).anyMatch(info -> info.id().equals("j"));
        job.cancel(true);
        job.awaitConcluded();
        assertThat(job.info().error()).isEqualTo("Operation canceled");
        assertThat(images.graph().nodes()).noneMatch(node -> node.driver().equals("mirror_top"));
    }

    private Job start(Job job) {
        images.scheduler.start(job);
        return job;
    }

    private Job mirror(String target, CopyMode mode) throws BlockException {
        MirrorOptions options =
                MirrorOptions.of(settings(), "n2", target, MirrorSync.FULL).withCopyMode(mode);
        return start(Mirrors.create(images.graph(), images.scheduler, options, null));
    }

    private Job backup(String target, BackupSync sync) throws BlockException {
        BackupOptions options =
                BackupOptions.of(settings(), "n2", target, sync).withFilterNodeName("f");
        return start(Backups.create(images.graph(), images.scheduler, options, null));
    }

    private Job stream(String node) throws BlockException {
        StreamOptions options = StreamOptions.of(settings(), node);
        return start(StreamJob.create(images.graph(), images.scheduler, options, null));
    }

    private Job commit(String device, String base) throws BlockException {
        images.overlay("above", device);
        CommitOptions options = CommitOptions.of(settings(), "above").withNodes(base, device);
        return start(CommitJobs.create(images.graph(), images.scheduler, options, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror", "backup", "stream", "commit"})
    void suspendedRequestOfTheJobGoesOn(String kind) throws BlockException {
        images.debuggedOverlay("o", "n1");
        if (kind.equals("commit")) {
            images.overlay("top", "o");
            images.fill("top", 4);
        }
        stopAt(images.node("d"), "write_aio");
        Job job =
                switch (kind) {
                    case "mirror" -> mirror("o", CopyMode.BACKGROUND);
                    case "backup" -> backup("o", BackupSync.FULL);
                    case "stream" -> stream("o");
                    default -> commit("top", "o");
                };
        awaitSuspended();
        cancel(job);
    }

    @Test
    void throttledRequestOfTheJobWaitsNoMore() throws BlockException {
        images.graph()
                .objects()
                .add(ThrottleGroupObject.TYPE, "g", new Options().put("x-bps-total", "1"));
        try (ThrottleMember member = images.graph().objects().throttleGroups().join("g")) {
            member.admit(Direction.WRITE, 1 << 30);
        }
        above("throttle", "t", "slow", new Options().put("throttle-group", "g"));
        cancel(mirror("slow", CopyMode.BACKGROUND));
    }

    @Test
    void requestToAServerThatIsAwayWaitsNoMore(@TempDir Path dir) throws Exception {
        Path socket = dir.resolve("s");
        try (VanishingServer server = new VanishingServer(socket, JobGraph.LENGTH)) {
            Options options =
                    new Options()
                            .put("driver", "nbd")
                            .put("node-name", "far")
                            .put("server.type", "unix")
                            .put("server.path", socket.toString())
                            .put("reconnect-delay", 1_000_000);
            images.graph()
                    .add(
                            new OpenRequest(
                                    null, options, NodeFlags.READ_ONLY.withReadOnly(false), true));
            Job job = mirror("far", CopyMode.BACKGROUND);
            server.awaitGone();
            cancel(job);
        }
    }

    @Test
    void guestsWriteDoesNotWaitForTheTargetOfACancelledMirror() throws BlockException {
        BlockNode target = above("blkdebug", "t", "d", new Options());
        try (BlockBackend guest = images.guest("n2");
                Workers writer = Workers.virtual("writer")) {
            Job job = mirror("d", CopyMode.WRITE_BLOCKING);
            images.log.awaitState("j", "ready");
            stopAt(target, "pwritev");
            writer.fork(() -> guest.write(0, ByteBuffer.allocateDirect(4096), WriteFlags.NONE));
            awaitSuspended();
            cancel(job);
            writer.join();
        }
    }

    @Test
    void guestsWriteDoesNotWaitForTheTargetOfACancelledBackup() throws BlockException {
        BlockNode target = above("blkdebug", "t", "d", new Options());
        stopAt(target, "pwritev");
        try (BlockBackend guest = images.guest("n2");
                Workers writer = Workers.virtual("writer")) {
            Job job = backup("d", BackupSync.NONE);
            writer.fork(() -> {
                for (int at = 0; at < JobGraph.LENGTH; at += 4096) {
                    guest.write(at, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);
                }
            });
            awaitSuspended();
            cancel(job);
            writer.join();
        }
    }
}
