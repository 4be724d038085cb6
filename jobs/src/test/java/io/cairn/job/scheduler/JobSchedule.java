package io.cairn.job.scheduler;

import io.cairn.block.BlockException;

import java.util.Random;

/// Pauses, resumptions and changes of speed thrown at a job while a guest works.
public final class JobSchedule {
    private final Random random;

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
