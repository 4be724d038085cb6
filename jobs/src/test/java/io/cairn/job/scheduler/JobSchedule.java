package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.JobEvent;

import java.util.Random;

/// A seeded schedule: pauses, resumptions, changes of speed, errors and cancellation thrown at a
/// job while a guest works.
public final class JobSchedule {
    private static final long SEED = Long.getLong("cairn.seed", 20_26);
    private static final int COUNT = "full".equals(System.getProperty("cairn.effort")) ? 200 : 8;

    private static final int TURNS = 5;

    private final Random random;
    private final JobGraph graph;
    private final boolean cancels;

    /// What a test does with one schedule.
    @FunctionalInterface
    public interface Case {
        /// @param graph fresh, with the {@linkplain JobGraph#chain chain} and an empty image `t`
        void run(JobGraph graph, long seed) throws BlockException;
    }

    /// Runs a case with as many seeds as the effort says; a failure names its seed.
    public static void forEachSeed(Case testCase) throws BlockException {
        System.out.println("seeds from " + SEED);
        for (long seed = SEED; seed < SEED + COUNT; seed++) {
            try (JobGraph graph = new JobGraph()) {
                graph.chain(seed);
                graph.image("t");
                testCase.run(graph, seed);
                graph.requireSound();
            } catch (BlockException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    public JobSchedule(JobGraph graph, long seed) {
        this.graph = graph;
        random = new Random(seed);
        cancels = random.nextInt(4) == 0;
    }

    /// What a job is to do about failed requests.
    public OnError policy() {
        return OnError.values()[random.nextInt(OnError.values().length)];
    }

    /// Steers a job for some turns, and lets it go on afterwards, with everything in order.
    public void disturb(Job job, GuestLoad load) {
        for (int turn = 0; turn < TURNS; turn++) {
            try {
                disturb(job, turn);
            } catch (BlockException e) {
                assertThat(e).hasMessageMatching("Job .* cannot accept .*|.*(already|not) paused");
            }
            load.await(random.nextInt(20));
        }
        graph.heal();
        try {
            job.setSpeed(0);
            job.resume();
        } catch (BlockException e) {
            assertThat(e).hasMessageMatching("Job .* cannot accept .*|.* not paused");
        }
    }

    private void disturb(Job job, int turn) throws BlockException {
        switch (random.nextInt(6)) {
            case 0 -> job.setSpeed(1L + random.nextInt(8 << 20));
            case 1 -> job.setSpeed(0);
            case 2 -> job.pause();
            case 3 -> job.resume();
            case 4 -> graph.failOnce(random);
            default -> {
                if (cancels && turn == TURNS - 1) {
                    job.cancel(true);
                }
            }
        }
    }

    /// Waits until a job is ready or over, and resumes it whenever an error has it stop.
    ///
    /// @return false if it has failed or was cancelled
    public boolean settle(Job job, GuestLoad load) {
        while (true) {
            switch (job.state()) {
                case READY -> {
                    return true;
                }
                case CONCLUDED -> {
                    return job.info().error() == null;
                }
                default -> {
                    if (!job.info().ioStatus().equals("ok")) {
                        resume(job);
                    }
                }
            }
            load.await(1);
        }
    }

    /// Brings a ready job to its end.
    ///
    /// @return false if an error had come up before, which the policy reports
    public boolean end(Job job, GuestLoad.Moment verb) throws BlockException {
        try {
            verb.run();
        } catch (BlockException e) {
            assertThat(e).hasMessageContaining("cannot accept");
        }
        job.awaitConcluded();
        boolean isDone = job.info().error() == null;
        if (!isDone) {
            assertThat(graph.log.all())
                    .anyMatch(e ->
                            e instanceof JobEvent.RequestFailed(_, _, String action)
                                    && action.equals("report"));
        }
        return isDone;
    }

    private static void resume(Job job) {
        try {
            job.resume();
        } catch (BlockException e) {
            assertThat(job.info().isPaused()).isFalse();
        }
    }
}
