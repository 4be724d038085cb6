package io.cairn.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.JobEvent;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.job.image.DriveTarget;
import io.cairn.job.scheduler.GuestLoad;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobSchedule;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.JobState;
import io.cairn.job.scheduler.OnError;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class MirrorJobTest {
    private final JobGraph images = new JobGraph();

    @BeforeEach
    void makeImages() throws BlockException {
        images.chain(5);
        images.image("t");
        images.fill("t", 99);
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    private static MirrorOptions full() {
        return MirrorOptions.of(settings(), "n2", "t", MirrorSync.FULL);
    }

    private MirrorJob start(MirrorOptions options) throws BlockException {
        MirrorJob job = Mirrors.create(images.graph(), images.scheduler, options, null);
        images.scheduler.start(job);
        return job;
    }

    @ParameterizedTest
    @EnumSource(CopyMode.class)
    void completedMirrorTakesTheSourcesPlace(CopyMode mode) throws BlockException {
        byte[] before = images.content("n2");
        try (BlockBackend guest = images.guest("n2")) {
            MirrorJob job = start(full().withCopyMode(mode));
            images.log.awaitState("j", "ready");
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            assertThat(guest.node()).isEqualTo(images.node("t"));
            assertThat(GuestLoad.content(guest)).isEqualTo(before);
            assertThat(images.contentAfterCrash("t")).isEqualTo(before);
        }
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
        assertThat(images.node("n2").bitmaps()).isEmpty();
        assertThat(images.node("t").blocker("mirror")).isEmpty();
    }

    @Test
    void rawTargetGetsZeroesToo() throws BlockException {
        images.raw("r", JobGraph.LENGTH);
        images.fill("r", 12);
        MirrorJob job = start(MirrorOptions.of(settings(), "n2", "r", MirrorSync.FULL));
        images.log.awaitState("j", "ready");
        job.cancel(false);
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(images.content("r")).isEqualTo(images.content("n2"));
    }

    @Test
    void targetThatIsZeroIsNotWrittenToWhereTheSourceIsZero() throws BlockException {
        images.image("z");
        images.host().get("z").failAfter(0, Errno.EIO);
        images.image("empty");
        MirrorOptions options =
                MirrorOptions.of(settings(), "empty", "z", MirrorSync.FULL).withTargetIsZero(true);
        MirrorJob job = start(options);
        images.log.awaitState("j", "ready");

        assertThat(job.info().length()).isZero();
        job.cancel(true);
        job.awaitConcluded();
    }

    @Test
    void copyModeChangesWhileTheJobRunsButNotBack() throws BlockException {
        try (BlockBackend guest = images.guest("n2")) {
            MirrorJob job = start(full());
            images.log.awaitState("j", "ready");
            job.setCopyMode(CopyMode.BACKGROUND);
            job.setCopyMode(CopyMode.WRITE_BLOCKING);
            job.pause();
            images.log.awaitState("j", "standby");
            guest.write(
                    4096, ByteBuffer.allocateDirect(4096).put(0, new byte[] {7}), WriteFlags.NONE);

            // Nothing but the guest's write itself can have copied it.
            assertThat(images.content("t")[4096]).isEqualTo((byte) 7);
            assertThatThrownBy(() -> job.setCopyMode(CopyMode.BACKGROUND))
                    .hasMessage("Change to copy mode 'background' is not implemented");
            job.cancel(true);
            job.awaitConcluded();
        }
    }

    @ParameterizedTest
    @EnumSource(MirrorSync.class)
    void driveIsMadeAndStandsOnWhatWasNotCopied(MirrorSync sync, @TempDir Path dir)
            throws BlockException {
        byte[] before = images.content("n2");
        String file = dir.resolve("drive").toString();
        DriveTarget drive = new DriveTarget(file, null, false, "drive");
        MirrorOptions options = MirrorOptions.of(settings(), "n2", "", sync);
        try (BlockBackend guest = images.guest("n2")) {
            MirrorJob job =
                    Mirrors.createDrive(images.graph(), images.scheduler, options, drive, null);
            images.scheduler.start(job);
            images.log.awaitState("j", "ready");
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            assertThat(guest.node().name()).isEqualTo("drive");
            assertThat(GuestLoad.content(guest)).isEqualTo(before);
            String backing =
                    switch (sync) {
                        case FULL -> null;
                        case TOP -> "mem:n1";
                        case NONE -> "mem:n2";
                    };
            assertThat(guest.node().resolvedBackingFilename().orElse(null)).isEqualTo(backing);
            BlockNode below = ChainStatus.below(guest.node());
            assertThat(below == null ? null : below.filename()).isEqualTo(backing);
        }
    }

    @Test
    void driveThatIsThereIsProbedAndOpensItsOwnBackingFile(@TempDir Path dir) throws Exception {
        byte[] before = images.content("n2");
        Path file = dir.resolve("drive");
        DriveTarget.of(file.toString()).make(images.graph(), images.node("n2"), images.node("n1"));
        MirrorOptions options = MirrorOptions.of(settings(), "n2", "", MirrorSync.TOP);
        DriveTarget drive = new DriveTarget(file.toString(), null, true, null);
        try (BlockBackend guest = images.guest("n2")) {
            MirrorJob job =
                    Mirrors.createDrive(images.graph(), images.scheduler, options, drive, null);
            images.scheduler.start(job);
            images.log.awaitState("j", "ready");
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            BlockNode below = ChainStatus.below(guest.node());
            assertThat(below).isNotNull().isNotEqualTo(images.node("n1"));
            assertThat(GuestLoad.content(guest)).isEqualTo(before);
        }
    }

    /// Until the target has its backing file, nothing but the job can fill the rest of a cluster.
    @ParameterizedTest
    @EnumSource(CopyMode.class)
    void clustersThatAreLargerThanGranulesAreCopiedWhole(CopyMode mode) throws BlockException {
        images.createOverlay("drive", "n1", "1M");
        DriveTarget drive = new DriveTarget("mem:drive", "qcow2", true, null);
        MirrorOptions options =
                MirrorOptions.of(settings(), "top", "", MirrorSync.TOP)
                        .withCopyMode(mode)
                        .withSizes(4096, 0);
        images.overlay("top", "n1");
        try (BlockBackend guest = images.guest("top")) {
            guest.write(3 << 20, filled(1), WriteFlags.NONE);
            MirrorJob job =
                    Mirrors.createDrive(images.graph(), images.scheduler, options, drive, null);
            images.scheduler.start(job);
            images.log.awaitState("j", "ready");
            assertThat(images.node("top").bitmaps())
                    .extracting(DirtyBitmap::granularity)
                    .containsExactly(4096L);
            guest.write((1 << 20) + 4096, filled(2), WriteFlags.NONE);
            byte[] before = GuestLoad.content(guest);
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            assertThat(guest.node().name()).isNotEqualTo("top");
            assertThat(GuestLoad.content(guest)).isEqualTo(before);
        }
    }

    private static ByteBuffer filled(int value) {
        byte[] bytes = new byte[512];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.allocateDirect(512).put(0, bytes);
    }

    @Test
    void usersThatHaveComeSinceTheStartGetTheTargetToo() throws BlockException {
        MirrorJob job = start(full());
        images.log.awaitState("j", "ready");
        try (BlockBackend late = images.guest("n2")) {
            assertThat(late.node()).isEqualTo(images.node("n2"));
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            assertThat(late.node()).isEqualTo(images.node("t"));
        }
    }

    @Test
    void aVoteThatOthersReadIsNotReplaced() throws BlockException {
        images.raw("v", JobGraph.LENGTH);
        images.quorum("q", "n2", "v");
        MirrorOptions options =
                MirrorOptions.of(settings(), "q", "t", MirrorSync.FULL).withReplaces("v");
        try (BlockBackend _ = images.reader("v")) {
            assertRefused(
                    options,
                    "Cannot replace 'v' by a node mirrored from 'q', because it cannot be"
                            + " guaranteed that doing so would not lead to an abrupt change of"
                            + " visible data");
        }
        List<String> told = new ArrayList<>();
        images.graph().setWarningSink(told::add);
        MirrorJob job = start(options);
        images.log.awaitState("j", "ready");
        try (BlockBackend late = images.reader("v")) {
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isEqualTo("Operation not permitted");
            assertThat(late.node()).isEqualTo(images.node("v"));
            assertThat(told)
                    .containsExactly(
                            "Can no longer replace 'v' by 't', because it can no longer be"
                                    + " guaranteed that doing so would not lead to an abrupt change"
                                    + " of visible data");
        }
        assertThat(images.node("q").child("children.1").orElseThrow().node())
                .isEqualTo(images.node("v"));
    }

    @Test
    void driveOfAnAbandonedMirrorIsClosed(@TempDir Path dir) throws BlockException {
        String file = dir.resolve("drive").toString();
        MirrorJob job =
                Mirrors.createDrive(
                        images.graph(),
                        images.scheduler,
                        MirrorOptions.of(settings(), "n2", "", MirrorSync.FULL),
                        new DriveTarget(file, "raw", false, "drive"),
                        null);
        images.scheduler.start(job);
        job.cancel(true);
        job.awaitConcluded();

        assertThat(images.graph().find("drive")).isEmpty();
        assertThat(images.graph().nodes()).noneMatch(node -> node.filename().equals(file));
    }

    @Test
    void forcedCancellationAbandonsAReadyMirror() throws BlockException {
        try (BlockBackend guest = images.guest("n2")) {
            MirrorJob job = start(full());
            images.log.awaitState("j", "ready");
            job.cancel(true);
            job.awaitConcluded();

            assertThat(job.info().error()).isEqualTo("Operation canceled");
            assertThat(guest.node()).isEqualTo(images.node("n2"));
        }
    }

    @Test
    void topCopiesTheTopmostImageOnly() throws BlockException {
        images.overlay("o", "n1");
        MirrorJob job = start(MirrorOptions.of(settings(), "n2", "o", MirrorSync.TOP));
        images.log.awaitState("j", "ready");
        assertThat(job.info().length()).isLessThan(JobGraph.LENGTH).isPositive();
        job.complete();
        job.awaitConcluded();

        assertThat(images.content("o")).isEqualTo(images.content("n2"));
    }

    @Test
    void noneCopiesWhatIsWrittenFromNowOn() throws BlockException {
        images.overlay("o", "n1");
        MirrorJob job = start(MirrorOptions.of(settings(), "n2", "o", MirrorSync.NONE));
        images.log.awaitState("j", "ready");
        assertThat(job.info().length()).isZero();
        job.cancel(true);
        job.awaitConcluded();
    }

    @Test
    void failedWritePausesAndIsTriedAgain() throws BlockException {
        byte[] before = images.content("n2");
        images.host().get("t").failAfter(20, Errno.ENOSPC);
        MirrorJob job = start(full().withOnErrors(OnError.REPORT, OnError.ENOSPC));
        images.log.awaitState("j", "paused");
        assertThat(images.log.all()).contains(new JobEvent.RequestFailed("j", "write", "stop"));
        job.resume();
        images.log.awaitState("j", "ready");
        job.complete();
        job.awaitConcluded();

        assertThat(images.content("t")).isEqualTo(before);
    }

    /// Nothing is lost by a target that cannot be flushed when the job is to end.
    @Test
    void failedFlushAtTheEndPausesAndIsTriedAgain() throws BlockException {
        images.raw("r", JobGraph.LENGTH);
        images.graph().remove("r");
        Options secondFlushFails =
                new Options()
                        .put("file.driver", "blkdebug")
                        .put("file.image.driver", MemoryHost.DRIVER)
                        .put("file.image.filename", "r")
                        .put("file.set-state.0.event", "flush_to_disk")
                        .put("file.set-state.0.state", 1)
                        .put("file.set-state.0.new_state", 2)
                        .put("file.inject-error.0.event", "flush_to_disk")
                        .put("file.inject-error.0.state", 2)
                        .put("file.inject-error.0.once", true)
                        .put("node-name", "r")
                        .put("driver", "raw");
        images.graph().add(new OpenRequest(null, secondFlushFails, TestGraph.WRITABLE, true));
        MirrorJob job =
                start(
                        MirrorOptions.of(settings(), "n2", "r", MirrorSync.FULL)
                                .withOnErrors(OnError.REPORT, OnError.STOP)
                                .withFilterNodeName("f"));
        images.log.awaitState("j", "ready");
        images.fill("f", 6);
        job.complete();
        images.log.await(new JobEvent.RequestFailed("j", "write", "stop")::equals, 1);
        job.resume();
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
    }

    @Test
    void reportedErrorFailsTheJob() throws BlockException {
        images.host().get("n0").failAfter(2, Errno.EIO);
        MirrorJob job = start(full());
        job.awaitConcluded();

        assertThat(job.info().error()).isEqualTo("Input/output error");
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    @Test
    void refusesWhatThePeerRefuses() throws BlockException {
        assertRefused(
                MirrorOptions.of(settings(), "nope", "t", MirrorSync.FULL),
                "Cannot find device='nope' nor node-name='nope'");
        assertRefused(
                MirrorOptions.of(settings(), "n2", "nope", MirrorSync.FULL),
                "Cannot find device='nope' nor node-name='nope'");
        assertRefused(
                full().withSizes(100, 0),
                "Parameter 'granularity' expects a value in range [512B, 64MB]");
        assertRefused(full().withSizes(600, 0), "Parameter 'granularity' expects a power of 2");
        assertRefused(full().withSizes(0, -1), "Invalid parameter 'buf-size'");
        assertRefused(
                MirrorOptions.of(settings(), "n2", "n2", MirrorSync.FULL),
                "Can't mirror node into itself");
        assertRefused(
                MirrorOptions.of(settings(), "n2", "n1", MirrorSync.FULL),
                "Node 'n1' is busy: node is used as backing hd of 'n2'");
        assertRefused(
                MirrorOptions.of(settings(), "n1", "t", MirrorSync.FULL), "Need a root block node");
        assertRefused(full().withReplaces("nope"), "Failed to find node with node-name='nope'");
        assertRefused(
                full().withReplaces("t"),
                "Cannot replace 't' by a node mirrored from 'n2', because it cannot be guaranteed"
                        + " that doing so would not lead to an abrupt change of visible data");
        images.raw("small", 1 << 20);
        MirrorJob job = start(MirrorOptions.of(settings(), "n2", "small", MirrorSync.FULL));
        job.awaitConcluded();
        assertThat(job.info().error()).isEqualTo("Source and target image have different sizes");
    }

    private void assertRefused(MirrorOptions options, String message) {
        assertThatThrownBy(() -> start(options)).hasMessage(message);
    }

    @Test
    void copyEqualsTheDiskWheneverItEnds() throws BlockException {
        JobSchedule.forEachSeed(MirrorJobTest::mirrorUnderLoad);
    }

    private static void mirrorUnderLoad(JobGraph graph, long seed) throws BlockException {
        Random random = new Random(seed);
        JobSchedule schedule = new JobSchedule(graph, seed);
        MirrorOptions options =
                full().withCopyMode(CopyMode.values()[random.nextInt(2)])
                        .withSizes(4096L << random.nextInt(5), 0)
                        .withOnErrors(schedule.policy(), schedule.policy());
        boolean isPivot = random.nextBoolean();
        try (BlockBackend guest = graph.guest("n2");
                GuestLoad load = new GuestLoad(guest, 3, seed)) {
            MirrorJob job = Mirrors.create(graph.graph(), graph.scheduler, options, null);
            graph.scheduler.start(job);
            schedule.disturb(job, load);
            if (random.nextBoolean()) {
                switchMode(job);
            }
            if (!schedule.settle(job, load)) {
                assertThat(guest.node()).isEqualTo(graph.node("n2"));
            } else if (isPivot) {
                load.await(20);
                String end = schedule.end(job, job::complete) ? "t" : "n2";
                assertThat(guest.node()).isEqualTo(graph.node(end));
            } else {
                load.await(20);
                byte[] expected = load.at(() -> schedule.end(job, () -> job.cancel(false)));
                if (job.info().error() == null) {
                    assertThat(graph.content("t")).isEqualTo(expected);
                }
            }
            load.await(20);
            byte[] expected = load.stop();
            assertThat(GuestLoad.content(guest)).isEqualTo(expected);
        }
    }

    private static void switchMode(MirrorJob job) {
        try {
            job.setCopyMode(CopyMode.WRITE_BLOCKING);
        } catch (BlockException e) {
            assertThat(job.state()).isIn(JobState.ABORTING, JobState.CONCLUDED);
        }
    }
}
