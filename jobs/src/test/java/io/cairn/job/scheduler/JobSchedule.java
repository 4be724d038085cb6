package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;

import java.util.Random;

/// Seeded schedules: pauses, resumptions and changes of speed thrown at a job while a guest works.
public final class JobSchedule {
    private static final long SEED = Long.getLong("cairn.seed", 20_26);
    private static final int COUNT = "full".equals(System.getProperty("cairn.effort")) ? 200 : 8;

    private final Random random;

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
            } catch (BlockException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /// Cancels a job that may have come to its end before.
    public static void cancel(Job job) {
        try {
            job.cancel(true);
        } catch (BlockException e) {
            assertThat(job.state()).isIn(JobState.ABORTING, JobState.CONCLUDED, JobState.NULL);
        }
    }

    public JobSchedule(long seed) {
        random = new Random(seed);
    }

    /// Steers a job for some turns, and lets it go on afterwards.
    public void disturb(Job job, GuestLoad load) throws BlockException {
        boolean isPaused = false;
        for (int turn = 0; turn < 4; turn++) {
            try {
                switch (random.nextInt(4)) {
                    case 0 -> job.setSpeed(1L + random.nextInt(8 << 20));
                    case 1 -> job.setSpeed(0);
                    case 2 -> {
                        if (!isPaused) {
                            job.pause();
                            isPaused = true;
                        }
                    }
                    default -> {
                        if (isPaused) {
                            job.resume();
                            isPaused = false;
                        }
                    }
                }
            } catch (BlockException e) {
                // The job has come to its end meanwhile.
                return;
            }
            load.await(random.nextInt(20));
        }
        try {
            if (isPaused) {
                job.resume();
            }
            job.setSpeed(0);
        } catch (BlockException e) {
            // As above.
            return;
        }
    }
}
