package io.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.BackupSync;
import io.cairn.job.backup.Backups;
import io.cairn.job.compare.Compare;
import io.cairn.job.compare.CompareImage;
import io.cairn.job.compare.CompareResult;
import io.cairn.job.convert.Convert;
import io.cairn.job.convert.ConvertOptions;
import io.cairn.job.convert.TargetContent;
import io.cairn.job.image.MeasureImage;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.MirrorSync;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.stream.StreamJob;
import io.cairn.job.stream.StreamOptions;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Optional;

/// A snapshot-access node over an overlay says "not here" of what the overlay's backing file holds,
/// and has no backing node itself: nothing that copies may take that for zeroes.
@Timeout(60)
class SnapshotOfOverlayTest {
    private static final int CLUSTER = 64 << 10;

    private final JobGraph images = new JobGraph();
    private byte[] before = {};

    @BeforeEach
    void makeSnapshot() throws BlockException {
        images.image("base");
        images.fill("base", 1);
        try (BlockBackend disk = images.guest("base")) {
            JobImages.fill(disk, 0, 4 * CLUSTER, 8);
        }
        images.overlay("top", "base");
        try (BlockBackend disk = images.guest("top")) {
            JobImages.fill(disk, 2 * CLUSTER, CLUSTER, 9);
            disk.writeZeroes(5 * CLUSTER, CLUSTER, WriteFlags.NONE);
        }
        before = images.content("top");
        images.image("kept");
        open(
                new Options()
                        .put("driver", "copy-before-write")
                        .put("node-name", "keeper")
                        .put("file", "top")
                        .put("target", "kept"));
        open(
                new Options()
                        .put("driver", "snapshot-access")
                        .put("node-name", "snapshot")
                        .put("file", "keeper"));
    }

    @AfterEach
    void close() {
        images.close();
    }

    private void open(Options options) throws BlockException {
        images.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private BlockBackend snapshot() throws BlockException {
        return images.graph()
                .newBackend("", images.node("snapshot"), Permissions.NONE, Permissions.ALL);
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    private void run(Job job) {
        images.scheduler.start(job);
        job.awaitConcluded();
        assertThat(job.info().error()).isNull();
    }

    @Test
    void tellsWhatTheOverlayItselfHolds() throws BlockException {
        try (BlockBackend snapshot = snapshot()) {
            BlockStatus elsewhere = snapshot.status(0, JobGraph.LENGTH, true);
            BlockStatus data = snapshot.status(2 * CLUSTER, JobGraph.LENGTH / 2, true);
            BlockStatus zero = snapshot.status(5 * CLUSTER, CLUSTER, true);

            assertThat(elsewhere.length()).isEqualTo(2 * CLUSTER);
            assertThat(elsewhere.allocated() || elsewhere.data() || elsewhere.zero()).isFalse();
            assertThat(data.length()).isEqualTo(CLUSTER);
            assertThat(data.allocated() && data.data() && data.hasHostOffset()).isTrue();
            assertThat(zero.allocated() && zero.zero()).isTrue();
        }
    }

    @Test
    void tellsOfTheTargetWhereTheTargetHoldsTheOldData() throws BlockException {
        try (BlockBackend disk = images.guest("keeper");
                BlockBackend snapshot = snapshot()) {
            JobImages.fill(disk, CLUSTER, 512, 3);

            BlockStatus copied = snapshot.status(CLUSTER, CLUSTER, true);

            assertThat(copied.allocated()).isTrue();
            assertThat(snapshot.status(0, CLUSTER, true).allocated()).isFalse();
            assertThat(JobImages.content(snapshot)).isEqualTo(before);
        }
    }

    @Test
    void convertsCompletely() throws BlockException {
        try (BlockBackend snapshot = snapshot();
                BlockBackend target = target()) {
            ConvertOptions options = ConvertOptions.DEFAULT.withContent(TargetContent.ZEROES);
            new Convert(List.of(snapshot), target, options, new JobControl(), warning -> {}).run();

            assertThat(JobImages.content(target)).isEqualTo(before);
        }
    }

    private BlockBackend target() throws BlockException {
        images.image("t");
        return images.guest("t");
    }

    @Test
    void differsFromZeroes() throws BlockException {
        images.raw("zeroes", JobGraph.LENGTH);
        try (BlockBackend snapshot = snapshot();
                BlockBackend zeroes = images.guest("zeroes")) {
            CompareResult result =
                    new Compare(
                                    new CompareImage(snapshot, "a"),
                                    new CompareImage(zeroes, "b"),
                                    false,
                                    new JobControl(),
                                    () -> {})
                            .run();

            assertThat(result).isEqualTo(new CompareResult.ContentMismatch(0));
        }
    }

    @Test
    void measuresWhatItShows() throws BlockException {
        try (BlockBackend snapshot = snapshot();
                BlockBackend target = target()) {
            long measured =
                    MeasureImage.run(
                                    images.graph().drivers().find("qcow2").orElseThrow(),
                                    images.graph().objects(),
                                    new Options(),
                                    Optional.of(snapshot))
                            .required();
            ConvertOptions options = ConvertOptions.DEFAULT.withContent(TargetContent.ZEROES);
            new Convert(List.of(snapshot), target, options, new JobControl(), warning -> {}).run();

            assertThat((long) images.host().get("t").content().length)
                    .isLessThanOrEqualTo(measured);
        }
    }

    @Test
    void backupIsComplete() throws BlockException {
        images.image("t");
        run(
                Backups.create(
                        images.graph(),
                        images.scheduler,
                        BackupOptions.of(settings(), "snapshot", "t", BackupSync.FULL),
                        null));

        assertThat(images.content("t")).isEqualTo(before);
    }

    @Test
    void mirrorIsComplete() throws BlockException {
        images.image("t");
        Job job =
                Mirrors.create(
                        images.graph(),
                        images.scheduler,
                        MirrorOptions.of(settings(), "snapshot", "t", MirrorSync.FULL),
                        null);
        images.scheduler.start(job);
        images.log.awaitState("j", "ready");
        job.cancel(false);
        job.awaitConcluded();

        assertThat(images.content("t")).isEqualTo(before);
    }

    @Test
    void streamTakesItAlong() throws BlockException {
        images.overlay("above", "snapshot");
        images.fill("above", 4);
        byte[] seen = images.content("above");
        run(
                StreamJob.create(
                        images.graph(),
                        images.scheduler,
                        StreamOptions.of(settings(), "above"),
                        null));

        assertThat(images.contentAfterCrash("above")).isEqualTo(seen);
    }
}
