package io.cairn.job.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.JobEvent;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.Options;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.commit.CommitOptions;
import io.cairn.job.scheduler.GuestLoad;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobSchedule;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.JobState;
import io.cairn.job.scheduler.OnError;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

class StreamJobTest {
    private final JobGraph images = new JobGraph();

    @BeforeEach
    void makeChain() throws BlockException {
        images.chain(7);
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    private static StreamOptions all() {
        return StreamOptions.of(settings(), "n2");
    }

    private Job start(StreamOptions options) throws BlockException {
        Job job = StreamJob.create(images.graph(), images.scheduler, options, null);
        images.scheduler.start(job);
        return job;
    }

    private void run(StreamOptions options) throws BlockException {
        Job job = start(options);
        job.awaitConcluded();
        assertThat(job.info().error()).isNull();
        job.dismiss();
    }

    private @Nullable BlockNode below(String name) {
        return ChainStatus.below(images.node(name));
    }

    private @Nullable String reference(String name) {
        return images.node(name).resolvedBackingFilename().orElse(null);
    }

    @Test
    void wholeChainIsFlattened() throws BlockException {
        byte[] before = images.content("n2");
        run(all());

        assertThat(below("n2")).isNull();
        assertThat(reference("n2")).isNull();
        assertThat(images.content("n2")).isEqualTo(before);
        assertThat(images.node("n2").parents()).isEmpty();
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    @Test
    void backingFileMayEndBeforeTheImage() throws BlockException {
        images.raw("short", JobGraph.LENGTH / 2);
        images.overlay("o", "short");
        byte[] before = images.content("o");

        run(StreamOptions.of(settings(), "o"));

        assertThat(below("o")).isNull();
        assertThat(images.content("o")).isEqualTo(before);
    }

    @Test
    void copyIsStableOnceTheJobIsOver() throws BlockException {
        byte[] before = images.content("n2");
        run(all());

        assertThat(images.contentAfterCrash("n2")).isEqualTo(before);
    }

    @Test
    void baseStaysAndItsDataIsNotCopied() throws BlockException {
        byte[] before = images.content("n2");
        run(all().withBaseNode("n0"));

        assertThat(below("n2")).isEqualTo(images.node("n0"));
        assertThat(reference("n2")).isEqualTo("mem:n0");
        assertThat(images.content("n2")).isEqualTo(before);
        try (BlockBackend disk = images.guest("n2")) {
            boolean isComplete = true;
            for (long at = 0; at < JobGraph.LENGTH; at += 65536) {
                isComplete &= disk.status(at, 65536, false).allocated();
            }
            assertThat(isComplete).isFalse();
        }
    }

    @Test
    void middleOfAChainIsStreamedAndBackingFileIsNamedAsAsked() throws BlockException {
        byte[] before = images.content("n2");
        run(StreamOptions.of(settings(), "n1"));
        run(StreamOptions.of(settings(), "n2").withBottom("n2").withBackingFile("mem:other"));

        assertThat(below("n1")).isNull();
        assertThat(reference("n2")).isEqualTo("mem:n1");
        assertThat(images.content("n2")).isEqualTo(before);
    }

    @Test
    void cancelledJobLeavesTheChain() throws BlockException {
        byte[] before = images.content("n2");
        Job job = start(StreamOptions.of(settings().withSpeed(1), "n2"));
        assertThat(images.node("n2").blocker("stream")).isPresent();
        job.cancel(true);
        job.awaitConcluded();

        assertThat(below("n2")).isEqualTo(images.node("n1"));
        assertThat(images.node("n2").blocker("stream")).isEmpty();
        assertThat(images.content("n2")).isEqualTo(before);
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    @Test
    void drainedNodePausesTheJob() throws BlockException {
        Job job = start(StreamOptions.of(settings().withSpeed(1), "n2"));
        try (var _ = images.graph().drain(images.node("n1"))) {
            assertThat(job.state()).isIn(JobState.PAUSED);
        }
        images.log.awaitState("j", "running", 2);
        job.cancel(true);
    }

    @Test
    void stoppedJobTriesAgainWhenResumed() throws BlockException {
        byte[] before = images.content("n2");
        images.host().get("n0").failAfter(0, Errno.EIO);
        Job job = start(all().withOnError(OnError.STOP));
        images.log.awaitState("j", "paused");
        assertThat(images.log.all()).contains(new JobEvent.RequestFailed("j", "read", "stop"));
        assertThat(job.info().ioStatus()).isEqualTo("failed");

        images.host().get("n0").heal();
        job.resume();
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(images.content("n2")).isEqualTo(before);
    }

    @Test
    void reportedErrorFailsTheJobAndIgnoredOneToo() throws BlockException {
        for (OnError policy : new OnError[] {OnError.REPORT, OnError.IGNORE}) {
            images.host().get("n0").failAfter(0, Errno.EIO);
            Job job = start(all().withOnError(policy));
            job.awaitConcluded();
            assertThat(job.info().error()).isEqualTo("Input/output error");
            assertThat(job.info().offset() == JobGraph.LENGTH).isEqualTo(policy == OnError.IGNORE);
            job.dismiss();
        }
        assertThat(below("n2")).isEqualTo(images.node("n1"));
    }

    @Test
    void refusesWhatThePeerRefuses() throws BlockException {
        assertRefused(
                StreamOptions.of(settings(), "nope"),
                "Cannot find device='nope' nor node-name='nope'");
        assertRefused(
                all().withBase("x").withBaseNode("n0"),
                "'base' and 'base-node' cannot be specified at the same time");
        assertRefused(
                all().withBottom("n1").withBaseNode("n0"),
                "'bottom' and 'base-node' cannot be specified at the same time");
        assertRefused(all().withBase("foo"), "Can't find 'foo' in the backing chain");
        assertRefused(all().withBaseNode("nope"), "Cannot find device='' nor node-name='nope'");
        assertRefused(all().withBaseNode("n2"), "Node 'n2' is not a backing image of 'n2'");
        images.image("t");
        assertRefused(all().withBottom("t"), "Node 't' is not in a chain starting from 'n2'");
        assertRefused(
                all().withBackingFile("foo"),
                "backing file specified, but streaming the entire chain");
        assertRefused(
                all().withFilterNodeName("n0"),
                "Could not create node: Duplicate nodes with node-name='n0'");
        start(StreamOptions.of(settings().withSpeed(1), "n2"));
        assertRefused(
                StreamOptions.of(JobSettings.of("k"), "n1"),
                "Node 'n1' is busy: block device is in use by block job: stream");
        assertThatThrownBy(() -> images.graph().remove("n1"))
                .hasMessage("Node 'n1' is busy: block device is in use by block job: stream");
    }

    @Test
    void jobThatIsCancelledAtOnceHasCopiedItsFirstPiece() throws BlockException {
        images.image("b");
        try (BlockBackend guest = images.guest("b")) {
            guest.write(0, ByteBuffer.allocateDirect(1 << 20), WriteFlags.NONE);
        }
        images.overlay("t", "b");
        Job job = start(StreamOptions.of(settings().withSpeed(1), "t"));
        job.cancel(false);
        job.awaitConcluded();
        assertThat(job.info().offset()).isEqualTo(512 << 10);
    }

    /// A filter that goes away soon cannot be what a job relies on.
    @Test
    void imageThatIsBeingCommittedIsNoBase() throws BlockException {
        CommitOptions commit =
                CommitOptions.of(JobSettings.of("c").withSpeed(1), "n2")
                        .withNodes("n0", "n1")
                        .withFilterNodeName("f");
        Job committing = CommitJobs.create(images.graph(), images.scheduler, commit, null);
        images.node("n2").unblockAll("block device is in use by block job: commit");

        assertRefused(all().withBaseNode("n1"), "Cannot freeze 'backing' link to 'f'");
        assertThat(images.log.all())
                .doesNotContain(new JobEvent.StatusChange("j", JobState.CREATED.text()));
        committing.cancel(true);
    }

    @Nested
    class OfNodesOpenedByOneCommand {
        private void open(boolean isFileReadOnly) throws BlockException {
            for (String name : List.of("n2", "n1", "n0")) {
                images.graph().remove(name);
            }
            Options options =
                    new Options()
                            .put("read-only", true)
                            .put("backing.node-name", "x1")
                            .put("backing.backing.node-name", "x0");
            if (isFileReadOnly) {
                options.put("file.read-only", true);
            }
            images.open("qcow2", "n2", options);
        }

        @Test
        void isMadeWritableAboveTheFilterOfAnotherJob() throws BlockException {
            open(false);
            Job below = start(StreamOptions.of(JobSettings.of("k").withSpeed(1), "x1"));
            Job job = start(StreamOptions.of(settings(), "n2").withBottom("n2"));
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            below.cancel(true);
        }

        @Test
        void isRefusedIfTheFileStaysReadOnly() throws BlockException {
            open(true);
            assertRefused(StreamOptions.of(settings(), "n2"), "Block node is read-only");
        }
    }

    private void assertRefused(StreamOptions options, String message) {
        assertThatThrownBy(() -> start(options)).hasMessage(message);
    }

    @Test
    void guestNeverSeesAChange() throws BlockException {
        JobSchedule.forEachSeed(StreamJobTest::streamUnderLoad);
    }

    private static void streamUnderLoad(JobGraph graph, long seed) throws BlockException {
        Random random = new Random(seed);
        try (BlockBackend guest = graph.guest("n2");
                GuestLoad load = new GuestLoad(guest, 3, seed)) {
            JobSchedule schedule = new JobSchedule(graph, seed);
            StreamOptions options =
                    StreamOptions.of(settings().withSpeed(1 << 20), "n2")
                            .withOnError(schedule.policy());
            if (random.nextBoolean()) {
                options = options.withBaseNode("n0");
            }
            Job job = StreamJob.create(graph.graph(), graph.scheduler, options, null);
            graph.scheduler.start(job);
            schedule.disturb(job, load);
            schedule.settle(job, load);
            load.await(20);
            byte[] expected = load.stop();
            assertThat(GuestLoad.content(guest)).isEqualTo(expected);
        }
    }
}
