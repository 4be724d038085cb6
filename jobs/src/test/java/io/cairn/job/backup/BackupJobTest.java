package io.cairn.job.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.JobEvent;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.job.image.DriveTarget;
import io.cairn.job.scheduler.GuestLoad;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobSchedule;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

class BackupJobTest {
    private final JobGraph images = new JobGraph();

    @BeforeEach
    void makeImages() throws BlockException {
        images.chain(3);
        images.image("t");
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    private static BackupOptions options(BackupSync sync) {
        return BackupOptions.of(settings(), "n2", "t", sync);
    }

    private BackupJob start(BackupOptions options) throws BlockException {
        BackupJob job = Backups.create(images.graph(), images.scheduler, options, null);
        images.scheduler.start(job);
        return job;
    }

    private void run(BackupOptions options) throws BlockException {
        BackupJob job = start(options);
        job.awaitConcluded();
        assertThat(job.info().error()).isNull();
        assertThat(job.info().offset()).isEqualTo(job.info().length());
        job.dismiss();
    }

    @Test
    void copyIsOfTheMomentOfTheStart() throws BlockException {
        byte[] before = images.content("n2");
        BackupJob job =
                Backups.create(
                        images.graph(),
                        images.scheduler,
                        options(BackupSync.FULL).withFilterNodeName("f"),
                        null);
        images.fill("f", 77);
        images.scheduler.start(job);
        job.awaitConcluded();

        assertThat(images.content("t")).isEqualTo(before);
        assertThat(images.contentAfterCrash("t")).isEqualTo(before);
        assertThat(images.content("n2")).isNotEqualTo(before);
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
        assertThat(images.node("t").blocker("backup")).isEmpty();
    }

    @Test
    void compressedCopyIsTheSame() throws BlockException {
        run(options(BackupSync.FULL).withCompress(true));

        assertThat(images.content("t")).isEqualTo(images.content("n2"));
    }

    @Test
    void topCopiesTheTopmostImageOnly() throws BlockException {
        images.overlay("o", "n1");
        run(BackupOptions.of(settings(), "n2", "o", BackupSync.TOP));

        assertThat(images.content("o")).isEqualTo(images.content("n2"));
    }

    @Test
    void noneKeepsWhatIsOverwrittenUntilCancelled() throws BlockException {
        byte[] before = images.content("n2");
        images.overlay("o", "n2");
        BackupJob job =
                start(
                        BackupOptions.of(settings(), "n2", "o", BackupSync.NONE)
                                .withFilterNodeName("f"));
        images.fill("f", 78);

        assertThat(images.content("o")).isEqualTo(before);
        job.cancel(true);
        job.awaitConcluded();
        assertThat(job.info().error()).isEqualTo("Operation canceled");
        assertThat(job.info().offset()).isEqualTo(copied("o"));
    }

    /// The bytes that an image itself holds.
    private long copied(String name) throws BlockException {
        long bytes = 0;
        try (BlockBackend disk = images.guest(name)) {
            for (long at = 0; at < JobGraph.LENGTH; at += 65536) {
                bytes += disk.status(at, 65536, false).allocated() ? 65536 : 0;
            }
        }
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "TOP"})
    void driveIsMadeAndHoldsTheCopy(BackupSync sync, @TempDir Path dir) throws BlockException {
        byte[] before = images.content("n2");
        String file = dir.resolve("drive").toString();
        BackupJob job =
                Backups.createDrive(
                        images.graph(),
                        images.scheduler,
                        BackupOptions.of(settings(), "n2", "", sync),
                        DriveTarget.of(file),
                        null);
        images.scheduler.start(job);
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(images.graph().nodes()).noneMatch(node -> node.filename().equals(file));
        try (BlockBackend copy =
                images.graph().open(OpenRequest.of(file), Permissions.NONE, Permissions.ALL)) {
            assertThat(GuestLoad.content(copy)).isEqualTo(before);
            assertThat(copy.node().resolvedBackingFilename().orElse(null))
                    .isEqualTo(sync == BackupSync.TOP ? "mem:n1" : null);
        }
    }

    @Test
    void driveOfSyncNoneShowsThePointInTime(@TempDir Path dir) throws BlockException {
        byte[] before = images.content("n2");
        DriveTarget drive =
                new DriveTarget(dir.resolve("drive").toString(), "qcow2", false, "drive");
        BackupJob job =
                Backups.createDrive(
                        images.graph(),
                        images.scheduler,
                        BackupOptions.of(settings(), "n2", "", BackupSync.NONE)
                                .withFilterNodeName("f"),
                        drive,
                        null);
        images.scheduler.start(job);
        images.fill("f", 81);

        assertThat(images.content("drive")).isEqualTo(before);
        assertThat(images.content("n2")).isNotEqualTo(before);
        job.cancel(true);
        job.awaitConcluded();
    }

    @Test
    void bitmapSaysWhatIsCopiedAndIsClearedOnSuccess() throws BlockException {
        run(options(BackupSync.FULL));
        DirtyBitmap bitmap = images.node("n2").addBitmap("b", 65536);
        images.fill("n2", 79);
        long dirty = bitmap.count();
        BackupOptions incremental =
                options(BackupSync.INCREMENTAL).withBitmap("b", null).withFilterNodeName("f");
        BackupJob job = Backups.create(images.graph(), images.scheduler, incremental, null);
        byte[] before = images.content("n2");
        assertThat(job.info().length()).isEqualTo(dirty);
        assertThatThrownBy(bitmap::requireUsable)
                .hasMessage(
                        "Bitmap 'b' is currently in use by another operation and cannot be used");
        images.fill("f", 80);
        images.scheduler.start(job);
        job.awaitConcluded();

        assertThat(images.content("t")).isEqualTo(before);
        assertThat(bitmap.isBusy()).isFalse();
        assertThat(bitmap.count()).isPositive().isLessThan(JobGraph.LENGTH);
        job.dismiss();
        run(incremental);
        assertThat(images.content("t")).isEqualTo(images.content("n2"));
        assertThat(bitmap.count()).isZero();
    }

    @Test
    void failedBackupGivesTheBitmapBackAsTheModeSays() throws BlockException {
        DirtyBitmap bitmap = images.node("n2").addBitmap("b", 65536);
        bitmap.set(0, JobGraph.LENGTH);
        for (BitmapMode mode : BitmapMode.values()) {
            bitmap.set(0, JobGraph.LENGTH);
            images.host().get("t").failAfter(30, Errno.EIO);
            BackupJob job =
                    start(options(BackupSync.BITMAP).withBitmap("b", mode).withLimits(1, 65536));
            job.awaitConcluded();

            assertThat(job.info().error()).isEqualTo("Input/output error");
            assertThat(bitmap.count() == JobGraph.LENGTH).isEqualTo(mode != BitmapMode.ALWAYS);
            assertThat(bitmap.count()).isPositive();
            job.dismiss();
        }
    }

    @Test
    void failedBackupHasDoneWhatItCopiedBefore() throws BlockException {
        images.image("s");
        try (BlockBackend guest = images.guest("s")) {
            guest.write(0, ByteBuffer.allocateDirect(65536).put(0, (byte) 1), WriteFlags.NONE);
        }
        images.raw("r", JobGraph.LENGTH);
        DirtyBitmap bitmap = images.node("s").addBitmap("b", 65536);
        images.host().get("r").failAfter(1, Errno.EIO);

        BackupJob job =
                start(
                        BackupOptions.of(settings(), "s", "r", BackupSync.FULL)
                                .withBitmap("b", BitmapMode.ALWAYS)
                                .withLimits(1, 0));
        job.awaitConcluded();

        assertThat(job.info().offset()).isEqualTo(65536);
        assertThat(bitmap.count()).isEqualTo(JobGraph.LENGTH - 65536);
        job.dismiss();
    }

    @Test
    void stoppedJobTriesAgainWhenResumed() throws BlockException {
        byte[] before = images.content("n2");
        images.host().get("t").failAfter(3, Errno.ENOSPC);
        BackupJob job =
                start(options(BackupSync.FULL).withOnErrors(OnError.REPORT, OnError.ENOSPC));
        images.log.await(new JobEvent.RequestFailed("j", "write", "stop")::equals, 1);
        job.resume();
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(images.content("t")).isEqualTo(before);
    }

    @Test
    void refusesWhatThePeerRefuses() throws BlockException {
        images.node("n2").addBitmap("b", 65536);
        images.raw("small", 1 << 20);
        images.raw("r", JobGraph.LENGTH);
        BackupOptions full = options(BackupSync.FULL);
        assertRefused(
                options(BackupSync.INCREMENTAL),
                "must provide a valid bitmap name for 'incremental' sync mode");
        assertRefused(
                options(BackupSync.BITMAP),
                "must provide a valid bitmap name for 'bitmap' sync mode");
        assertRefused(
                full.withBitmap("b", null),
                "Bitmap sync mode must be given when providing a bitmap");
        assertRefused(
                full.withBitmap(null, BitmapMode.NEVER),
                "Cannot specify bitmap sync mode without a bitmap");
        assertRefused(
                options(BackupSync.INCREMENTAL).withBitmap("b", BitmapMode.NEVER),
                "Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
        assertRefused(
                options(BackupSync.BITMAP).withBitmap("zz", BitmapMode.NEVER),
                "Bitmap 'zz' could not be found");
        assertRefused(full.withBitmap("zz", null), "Bitmap 'zz' could not be found");
        assertRefused(
                options(BackupSync.NONE).withBitmap("b", BitmapMode.ALWAYS),
                "sync mode 'none' does not produce meaningful bitmap outputs");
        assertRefused(
                full.withBitmap("b", BitmapMode.NEVER),
                "Bitmap sync mode 'never' has no meaningful effect when combined with sync mode"
                        + " 'full'");
        assertRefused(
                BackupOptions.of(settings(), "n2", "n2", BackupSync.FULL),
                "Source and target cannot be the same");
        assertRefused(
                BackupOptions.of(settings(), "n2", "small", BackupSync.FULL),
                "Source and target image have different sizes");
        assertRefused(
                BackupOptions.of(settings(), "n2", "r", BackupSync.FULL).withCompress(true),
                "Compression is not supported for this drive ");
        assertRefused(full.withLimits(0, 0), "max-workers must be between 1 and 2147483647");
        assertRefused(
                full.withLimits(1, -1),
                "max-chunk must be zero (which means no limit) or positive");
        assertRefused(
                full.withLimits(1, 100),
                "Required max-chunk (100) is less than backup cluster size (65536)");
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    private void assertRefused(BackupOptions options, String message) {
        assertThatThrownBy(() -> start(options)).hasMessage(message);
    }

    @Test
    void copyEqualsTheDiskAtItsStart() throws BlockException {
        JobSchedule.forEachSeed(BackupJobTest::backUpUnderLoad);
    }

    private static void backUpUnderLoad(JobGraph graph, long seed) throws BlockException {
        Random random = new Random(seed);
        JobSchedule schedule = new JobSchedule(graph, seed);
        BackupOptions options =
                options(BackupSync.FULL)
                        .withCompress(random.nextInt(4) == 0)
                        .withOnErrors(schedule.policy(), schedule.policy())
                        .withLimits(1 + random.nextInt(8), 65536L << random.nextInt(4));
        AtomicReference<BackupJob> made = new AtomicReference<>();
        try (BlockBackend guest = graph.guest("n2");
                GuestLoad load = new GuestLoad(guest, 3, seed)) {
            load.await(5);
            byte[] atStart =
                    load.at(() ->
                            made.set(
                                    Backups.create(graph.graph(), graph.scheduler, options, null)));
            BackupJob job = made.get();
            load.await(10);
            graph.scheduler.start(job);
            schedule.disturb(job, load);
            boolean isDone = schedule.settle(job, load);
            byte[] expected = load.stop();

            if (isDone) {
                assertThat(graph.content("t")).isEqualTo(atStart);
            }
            assertThat(GuestLoad.content(guest)).isEqualTo(expected);
        }
    }
}
