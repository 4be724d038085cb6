package io.cairn.job.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.JobEvent;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.filter.CopyOnReadDriver;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.Options;
import io.cairn.job.scheduler.GuestLoad;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobSchedule;
import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

class CommitJobTest {
    private final JobGraph images = new JobGraph();

    @BeforeEach
    void makeChain() throws BlockException {
        images.chain(11);
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static JobSettings settings() {
        return JobSettings.of("j").withAutoDismiss(false);
    }

    private static CommitOptions middle() {
        return CommitOptions.of(settings(), "n2").withNodes(null, "n1");
    }

    private Job start(CommitOptions options) throws BlockException {
        Job job = CommitJobs.create(images.graph(), images.scheduler, options, null);
        images.scheduler.start(job);
        return job;
    }

    @Test
    void baseTakesTheDataAndBecomesTheBackingFile() throws BlockException {
        byte[] before = images.content("n2");
        byte[] middle = images.content("n1");
        Job job = start(middle());
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(ChainStatus.below(images.node("n2"))).isEqualTo(images.node("n0"));
        assertThat(images.node("n2").resolvedBackingFilename()).contains("mem:n0");
        assertThat(images.content("n0")).isEqualTo(middle);
        assertThat(images.contentAfterCrash("n0")).isEqualTo(middle);
        assertThat(images.content("n2")).isEqualTo(before);
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
        assertThat(images.node("n0").blocker("commit")).isEmpty();
    }

    @Test
    void activeImageIsCommittedOnceTheUserCompletes() throws BlockException {
        byte[] before = images.content("n2");
        try (BlockBackend guest = images.guest("n2")) {
            Job job = start(CommitOptions.of(settings(), "n2"));
            images.log.awaitState("j", "ready");
            assertThat(job.type()).isEqualTo("commit");
            job.complete();
            job.awaitConcluded();

            assertThat(job.info().error()).isNull();
            assertThat(guest.node()).isEqualTo(images.node("n0"));
            assertThat(GuestLoad.content(guest)).isEqualTo(before);
        }
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    @Test
    void baseBelowAFilterTakesTheData() throws BlockException {
        new ChainChanges(images.graph())
                .insertFilter(
                        images.node("n0"),
                        new CopyOnReadDriver(),
                        new Options().put("file", "n0").put("node-name", "f"),
                        false);
        byte[] middle = images.content("n1");
        byte[] before = images.content("n2");
        Job job = start(middle());
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(ChainStatus.below(images.node("n2"))).isEqualTo(images.node("n0"));
        assertThat(images.content("n0")).isEqualTo(middle);
        assertThat(images.content("n2")).isEqualTo(before);
    }

    @Test
    void liveCommitWorksBelowAGuestWhoLetsNobodyWrite() throws BlockException {
        byte[] before = images.content("n2");
        Permissions mine = Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);
        try (BlockBackend guest =
                images.graph()
                        .newBackend(
                                "guest",
                                images.node("n2"),
                                mine,
                                Permissions.of(
                                        Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED))) {
            LiveCommit.run(images.graph(), images.node("n2"), images.node("n1"));

            assertThat(GuestLoad.content(guest)).isEqualTo(before);
            assertThat(guest.status(0, JobGraph.LENGTH, false).allocated()).isFalse();
        }
        assertThat(images.content("n1")).isEqualTo(before);
        assertThat(images.graph().nodes()).noneMatch(BlockNode::isFilter);
    }

    @Test
    void cancelledJobLeavesTheChain() throws BlockException {
        byte[] before = images.content("n2");
        Job job =
                start(
                        CommitOptions.of(settings().withSpeed(1), "n2")
                                .withNodes("n0", "n1")
                                .withFilterNodeName("f"));
        assertThat(ChainStatus.below(images.node("n2"))).isEqualTo(images.node("f"));
        job.cancel(true);
        job.awaitConcluded();

        assertThat(ChainStatus.below(images.node("n2"))).isEqualTo(images.node("n1"));
        assertThat(images.content("n2")).isEqualTo(before);
        assertThat(images.graph().find("f")).isEmpty();
    }

    @Test
    void errorStopsAndTheRequestIsTriedAgain() throws BlockException {
        byte[] middle = images.content("n1");
        images.host().get("n0").failAfter(3, Errno.ENOSPC);
        Job job = start(middle().withOnError(OnError.ENOSPC));
        images.log.awaitState("j", "paused");
        assertThat(job.info().ioStatus()).isEqualTo("nospace");
        assertThat(images.log.all()).contains(new JobEvent.RequestFailed("j", "write", "stop"));
        job.resume();
        job.awaitConcluded();

        assertThat(job.info().error()).isNull();
        assertThat(images.content("n0")).isEqualTo(middle);
    }

    @Test
    void refusesWhatThePeerRefuses() throws BlockException {
        CommitOptions all = CommitOptions.of(settings(), "n2");
        images.image("t");
        assertRefused(CommitOptions.of(settings(), "nope"), "Device 'nope' not found");
        assertRefused(CommitOptions.of(settings(), "n1"), "Need a root block node");
        assertRefused(
                all.withNodes("n0", null).withFiles("a", null),
                "'base-node' and 'base' are mutually exclusive");
        assertRefused(
                all.withNodes(null, "n0").withFiles(null, "a"),
                "'top-node' and 'top' are mutually exclusive");
        assertRefused(all.withNodes("n1", "n1"), "cannot commit an image into itself");
        assertRefused(all.withNodes(null, "n0"), "cannot commit an image into itself");
        assertRefused(CommitOptions.of(settings(), "t"), "cannot commit an image into itself");
        assertRefused(all.withNodes("nope", null), "Cannot find device='' nor node-name='nope'");
        assertRefused(all.withNodes("t", null), "'t' is not in this backing file chain");
        assertRefused(all.withNodes("n1", "n0"), "'n1' is not in this backing file chain");
        assertRefused(all.withFiles(null, "foo"), "Top image file foo not found");
        assertRefused(all.withFiles("foo", null), "Can't find 'foo' in the backing chain");
        assertRefused(
                all.withBackingFile("foo"),
                "'backing-file' specified, but 'top' is the active layer");
    }

    private void assertRefused(CommitOptions options, String message) {
        assertThatThrownBy(() -> start(options)).hasMessage(message);
    }

    @Test
    void guestNeverSeesAChange() throws BlockException {
        JobSchedule.forEachSeed(CommitJobTest::commitUnderLoad);
    }

    private static void commitUnderLoad(JobGraph graph, long seed) throws BlockException {
        Random random = new Random(seed);
        try (BlockBackend guest = graph.guest("n2");
                GuestLoad load = new GuestLoad(guest, 3, seed)) {
            JobSchedule schedule = new JobSchedule(graph, seed);
            boolean isActive = random.nextBoolean();
            CommitOptions options =
                    CommitOptions.of(settings().withSpeed(1 << 20), "n2")
                            .withNodes(null, isActive ? null : "n1")
                            .withOnError(schedule.policy());
            Job job = CommitJobs.create(graph.graph(), graph.scheduler, options, null);
            graph.scheduler.start(job);
            schedule.disturb(job, load);
            boolean isInStep = schedule.settle(job, load) && isActive;
            if (isInStep && schedule.end(job, job::complete)) {
                assertThat(guest.node()).isEqualTo(graph.node("n0"));
            }
            load.await(20);
            byte[] expected = load.stop();
            assertThat(GuestLoad.content(guest)).isEqualTo(expected);
        }
    }
}
