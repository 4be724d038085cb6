package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.JobEvent;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

class JobSchedulerTest {
    private final EventLog log = new EventLog();
    private final JobScheduler scheduler = new JobScheduler(log);

    @AfterEach
    void close() {
        scheduler.close();
    }

    private ProbeJob add(JobSettings settings, @Nullable JobGroup group) throws BlockException {
        ProbeJob job = new ProbeJob(scheduler, settings, group);
        scheduler.add(job);
        return job;
    }

    private ProbeJob start(JobSettings settings) throws BlockException {
        ProbeJob job = add(settings, null);
        scheduler.start(job);
        return job;
    }

    private ProbeJob start() throws BlockException {
        return start(JobSettings.of("j"));
    }

    private static JobSettings manual(String id) {
        return JobSettings.of(id).withAutoFinalize(false).withAutoDismiss(false);
    }

    /// Brings a job into a state.
    private ProbeJob inState(JobState state) throws BlockException {
        JobGroup group = new JobGroup();
        ProbeJob job = add(manual("j"), group);
        if (state == JobState.CREATED) {
            return job;
        }
        if (state == JobState.WAITING) {
            scheduler.start(add(JobSettings.of("other"), group));
        }
        job.isReady = state == JobState.READY || state == JobState.STANDBY;
        scheduler.start(job);
        switch (state) {
            case PAUSED -> job.pause();
            case STANDBY -> {
                log.awaitState("j", "ready");
                job.pause();
            }
            case WAITING, PENDING -> job.end();
            case CONCLUDED -> job.cancel(true);
            default -> {}
        }
        log.awaitState("j", state.text());
        return job;
    }

    @Test
    void automaticJobPassesAllStatesAndVanishes() throws BlockException {
        ProbeJob job = start();
        job.end();
        job.awaitConcluded();

        log.awaitState("j", "null");
        assertThat(log.states("j"))
                .containsExactly("created", "running", "waiting", "pending", "concluded", "null");
        assertThat(log.all())
                .element(4)
                .isEqualTo(new JobEvent.Completed("j", "stream", 100, 100, 0, null));
        assertThat(job.hooks).containsExactly("prepare", "commit", "clean");
        assertThat(scheduler.query()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "CREATED",
                "RUNNING",
                "PAUSED",
                "READY",
                "STANDBY",
                "WAITING",
                "PENDING",
                "CONCLUDED"
            })
    void refusesTheVerbsOfOtherStates(JobState state) throws BlockException {
        ProbeJob job = inState(state);

        for (JobVerb verb : JobVerb.values()) {
            if (!verb.isAllowedIn(state) && verb != JobVerb.RESUME) {
                assertThatThrownBy(() -> ask(job, verb))
                        .hasMessage(
                                "Job 'j' in state '"
                                        + state.text()
                                        + "' cannot accept command verb '"
                                        + verb.text()
                                        + "'");
            }
        }
        assertThat(job.state()).isEqualTo(state);
    }

    private static void ask(Job job, JobVerb verb) throws BlockException {
        switch (verb) {
            case CANCEL -> job.cancel(true);
            case PAUSE -> job.pause();
            case RESUME -> job.resume();
            case SET_SPEED -> job.setSpeed(5);
            case COMPLETE -> job.complete();
            case FINALIZE -> job.finalizeGroup();
            case DISMISS -> job.dismiss();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATED", "RUNNING", "PAUSED", "READY", "STANDBY", "WAITING", "PENDING"})
    void canBeCancelledInEveryStateBeforeTheEnd(JobState state) throws BlockException {
        ProbeJob job = inState(state);

        job.cancel(true);
        job.awaitConcluded();

        assertThat(log.states("j")).endsWith("aborting", "concluded");
        assertThat(job.info().error()).isEqualTo("Operation canceled");
        assertThat(log.all()).contains(new JobEvent.Cancelled("j", "stream", 100, job.offset(), 0));
        assertThat(job.hooks).endsWith("abort", "clean").doesNotContain("commit");
    }

    @Test
    void pauseAndResumeAreTold() throws BlockException {
        ProbeJob job = start();
        job.pause();
        log.awaitState("j", "paused");

        assertThatThrownBy(job::pause).hasMessage("Job is already paused");
        assertThat(job.info().isPaused()).isTrue();
        assertThat(job.info().isBusy()).isFalse();

        job.resume();
        log.awaitState("j", "running", 2);
        assertThatThrownBy(job::resume).hasMessage("Can't resume a job that was not paused");
    }

    @Test
    void pauseFromInsideOutlastsTheUsers() throws BlockException {
        ProbeJob job = start();
        job.pause();
        job.pace().beginPause();
        job.pace().awaitQuiet();
        job.resume();

        assertThat(job.state()).isEqualTo(JobState.PAUSED);
        assertThatThrownBy(job::resume).hasMessage("Can't resume a job that was not paused");
        job.pace().endPause();
        log.awaitState("j", "running", 2);
    }

    @Test
    void readyJobPausesToStandbyAndCompletesOnceResumed() throws BlockException {
        ProbeJob job = inState(JobState.STANDBY);
        job.complete();
        assertThat(job.state()).isEqualTo(JobState.STANDBY);
        job.resume();
        log.awaitState("j", "pending");

        assertThat(log.states("j"))
                .containsExactly(
                        "created", "running", "ready", "standby", "ready", "waiting", "pending");
        assertThat(log.all()).contains(new JobEvent.Ready("j", "stream", 100, 0, 0));
    }

    @Test
    void cancellingAPausedJobResumesIt() throws BlockException {
        inState(JobState.PAUSED).cancel(true);
        log.awaitState("j", "concluded");

        assertThat(log.states("j"))
                .containsExactly(
                        "created", "running", "paused", "running", "aborting", "concluded");
    }

    @Test
    void readyJobMayEndWellWhenCancelled() throws BlockException {
        ProbeJob job = add(JobSettings.of("j"), null);
        job.isReady = true;
        job.endsWellWhenReady = true;
        scheduler.start(job);
        log.awaitState("j", "ready");

        job.cancel(false);
        job.awaitConcluded();

        assertThat(log.states("j")).contains("pending").doesNotContain("aborting");
    }

    @Test
    void waitsToBeFinalized() throws BlockException {
        ProbeJob job = inState(JobState.PENDING);
        log.await(e -> e.equals(new JobEvent.Pending("j", "stream")), 1);
        assertThat(job.hooks).isEmpty();

        job.finalizeGroup();

        assertThat(job.state()).isEqualTo(JobState.CONCLUDED);
        assertThat(job.info().error()).isNull();
        job.dismiss();
        assertThat(scheduler.query()).isEmpty();
        assertThatThrownBy(() -> scheduler.job("j")).hasMessage("Job not found");
        assertThatThrownBy(() -> scheduler.blockJob("j")).hasMessage("Block job 'j' not found");
    }

    @Test
    void failureOfTheLastStepsAborts() throws BlockException {
        ProbeJob job = inState(JobState.PENDING);
        job.prepareFailure = new BlockException(Errno.EIO, "broken");
        job.finalizeGroup();

        assertThat(job.hooks).containsExactly("prepare", "abort", "clean");
        assertThat(log.all())
                .contains(new JobEvent.Completed("j", "stream", 100, 100, 0, "Input/output error"));
    }

    @Test
    void whoHearsThatAJobIsAbortedFindsItGone() throws BlockException {
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        AtomicReference<JobScheduler> asked = new AtomicReference<>();
        JobScheduler telling =
                new JobScheduler(event -> {
                    if (event.equals(new JobEvent.StatusChange("j", "aborting"))) {
                        Workers.startDaemon(
                                "asker", () -> found.complete(asked.get().find("j").isPresent()));
                    }
                    log.emit(event);
                });
        asked.set(telling);
        ProbeJob job = new ProbeJob(telling, JobSettings.of("j"), null);
        telling.add(job);
        job.failure = new BlockException(Errno.EIO, "broken");

        telling.start(job);

        log.awaitState("j", "null");
        assertThat(found.join()).isFalse();
        assertThat(log.states("j"))
                .containsExactly("created", "running", "aborting", "concluded", "null");
        telling.close();
    }

    @Test
    void closingTellsTheEndOfAllJobs() throws BlockException {
        for (int i = 0; i < 50; i++) {
            EventLog told = new EventLog();
            JobScheduler closing = new JobScheduler(told);
            ProbeJob job = new ProbeJob(closing, JobSettings.of("j"), null);
            closing.add(job);
            closing.start(job);

            closing.close();

            assertThat(told.states("j")).endsWith("aborting", "concluded", "null");
        }
    }

    @Test
    void groupMeetsBeforeAnyIsFinalized() throws BlockException {
        JobGroup group = new JobGroup();
        ProbeJob a = add(JobSettings.of("a").withAutoFinalize(false), group);
        ProbeJob b = add(JobSettings.of("b"), group);
        scheduler.start(a);
        scheduler.start(b);
        a.end();
        log.awaitState("a", "waiting");
        assertThat(a.state()).isEqualTo(JobState.WAITING);
        b.end();
        log.await(e -> e.equals(new JobEvent.Pending("a", "stream")), 1);
        assertThat(b.state()).isEqualTo(JobState.PENDING);
        assertThat(b.hooks).isEmpty();

        b.finalizeGroup();

        assertThat(a.hooks).containsExactly("prepare", "commit", "clean");
        assertThat(log.states("a")).endsWith("concluded", "null");
        assertThat(log.states("b")).endsWith("concluded", "null");
    }

    @Test
    void failureTakesTheGroupWithIt() throws BlockException {
        JobGroup group = new JobGroup();
        ProbeJob a = add(manual("a"), group);
        ProbeJob b = add(manual("b"), group);
        ProbeJob c = add(manual("c"), group);
        List.of(a, b, c).forEach(scheduler::start);
        c.end();
        log.awaitState("c", "waiting");
        a.failure = new BlockException(Errno.EIO, "broken");
        a.nudge();
        a.awaitConcluded();

        assertThat(b.info().error()).isEqualTo("Operation canceled");
        assertThat(c.info().error()).isEqualTo("Operation canceled");
        assertThat(a.info().error()).isEqualTo("Input/output error");
        assertThat(log.states("c")).endsWith("waiting", "aborting", "concluded");
        assertThat(List.of(a, b, c)).allSatisfy(j -> assertThat(j.hooks).endsWith("clean"));
    }

    @Test
    void stopPolicyPausesAndResumingClearsTheStatus() throws BlockException {
        ProbeJob job = start();
        job.policy = OnError.ENOSPC;
        job.requestFailure = new BlockException(Errno.ENOSPC, "full");
        job.nudge();
        log.awaitState("j", "paused");

        assertThat(log.all()).contains(new JobEvent.RequestFailed("j", "read", "stop"));
        assertThat(job.info().ioStatus()).isEqualTo("nospace");
        job.resume();
        assertThat(job.info().ioStatus()).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource(OnError.class)
    void policiesDecideByKindOfError(OnError policy) {
        OnError.Action other = policy.action(true, Errno.EIO);
        OnError.Action full = policy.action(false, Errno.ENOSPC);

        switch (policy) {
            case REPORT -> assertThat(List.of(other, full)).containsOnly(OnError.Action.REPORT);
            case IGNORE -> assertThat(List.of(other, full)).containsOnly(OnError.Action.IGNORE);
            case STOP -> assertThat(List.of(other, full)).containsOnly(OnError.Action.STOP);
            case ENOSPC, AUTO ->
                    assertThat(List.of(other, full))
                            .containsExactly(OnError.Action.REPORT, OnError.Action.STOP);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1j", "#x", "a b", "é"})
    void refusesIdsThatAreNotWellFormed(String id) {
        assertThatThrownBy(() -> start(JobSettings.of(id)))
                .hasMessage("Invalid job ID '" + id + "'");
    }

    @Test
    void refusesAnIdThatIsTakenAndANegativeSpeed() throws BlockException {
        ProbeJob job = start();

        assertThatThrownBy(() -> start()).hasMessage("Job ID 'j' already in use");
        assertThatThrownBy(() -> job.setSpeed(-1))
                .hasMessage("Parameter 'speed' expects a non-negative value");
        assertThatThrownBy(() -> start(JobSettings.of("k").withSpeed(-1)))
                .hasMessage("Parameter 'speed' expects a non-negative value");
    }
}
