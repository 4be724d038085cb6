package io.cairn.job.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.CancelledJobException;
import io.cairn.block.Workers;
import io.cairn.job.RateLimit;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Where a job waits: at pause points, for its speed limit, and for more to do.
///
/// Pauses come from the user and from drains of the job's nodes, and nest. The job's own thread
/// comes by {@link #pausePoint}, {@link #throttle} and {@link #idle}; everything else may be called
/// from any thread. All is guarded by the scheduler's lock.
final class JobPace {
    private final LongSupplier clock;
    private final ReentrantLock lock;
    private final Condition changed;

    // What the job's own threads look at without the lock; written under it.
    private final AtomicInteger pauseCount = new AtomicInteger();
    private volatile RateLimit rate;
    private volatile long speed;

    @GuardedBy("lock")
    private boolean userPaused;

    /// The job is inside `run` and not at a pause point.
    @GuardedBy("lock")
    private boolean isRunning;

    /// The job waits for its speed limit or for more to do.
    @GuardedBy("lock")
    private boolean isSleeping;

    /// The job that waits at a pause point, and the state in which it goes on.
    @GuardedBy("lock")
    private @Nullable Parked parked;

    /// Something has come up that a sleeping job should look at.
    @GuardedBy("lock")
    private boolean isKicked;

    /// @param changed is signalled whenever something about the job has changed
    JobPace(JobScheduler scheduler, Condition changed, long speed) {
        this.clock = scheduler.clock();
        this.lock = scheduler.lock();
        this.changed = changed;
        this.speed = speed;
        this.rate = RateLimit.of(speed, clock);
    }

    /// The most bytes a second, 0 for no limit.
    long speed() {
        return speed;
    }

    void setSpeed(long bytesPerSecond) {
        lock.lock();
        try {
            speed = bytesPerSecond;
            rate = RateLimit.of(bytesPerSecond, clock);
            kick();
        } finally {
            lock.unlock();
        }
    }

    // ---- pauses

    /// The job is paused or about to be.
    boolean isPaused() {
        return pauseCount.get() > 0;
    }

    /// The user, or a failed request, has paused the job.
    boolean isUserPaused() {
        lock.lock();
        try {
            return userPaused;
        } finally {
            lock.unlock();
        }
    }

    void pauseByUser() {
        lock.lock();
        try {
            userPaused = true;
            beginPause();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the user's pause, if there is one.
    void resumeByUser() {
        lock.lock();
        try {
            if (userPaused) {
                userPaused = false;
                endPause();
            }
        } finally {
            lock.unlock();
        }
    }

    /// One more reason to pause. Calls nest and do not wait.
    void beginPause() {
        lock.lock();
        try {
            pauseCount.getAndIncrement();
            kick();
        } finally {
            lock.unlock();
        }
    }

    /// Ends one {@link #beginPause}.
    void endPause() {
        lock.lock();
        try {
            pauseCount.getAndDecrement();
            leavePause();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- whether the job is at work

    void begin() {
        setRunning(true);
    }

    void end() {
        setRunning(false);
    }

    private void setRunning(boolean on) {
        lock.lock();
        try {
            isRunning = on;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The job is at work right now.
    boolean isBusy() {
        lock.lock();
        try {
            return isRunning && !isSleeping;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the job is at a pause point, or not inside `run`.
    void awaitQuiet() {
        lock.lock();
        try {
            while (isRunning) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The same, until a time by {@link System#nanoTime} at most.
    void awaitQuiet(long deadlineNanos) {
        lock.lock();
        try {
            while (isRunning && deadlineNanos - System.nanoTime() > 0) {
                Workers.awaitUntil(changed, deadlineNanos);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- for the job's own thread

    /// Stays here while the job is paused.
    void pausePoint(Job job) {
        if (!mustPause(job)) {
            return;
        }
        job.quiesceWorkers();
        lock.lock();
        try {
            if (!mustPause(job)) {
                return;
            }
            JobState before = job.state();
            isRunning = false;
            job.enter(before == JobState.READY ? JobState.STANDBY : JobState.PAUSED);
            parked = new Parked(job, before);
            while (parked != null) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean mustPause(Job job) {
        return isPaused() && !job.isCancelled();
    }

    /// Passes a pause point, and waits until the speed limit lets so many bytes through.
    void throttle(Job job, long bytes) throws CancelledJobException {
        pausePoint(job);
        RateLimit limit = rate;
        long until = System.nanoTime() + limit.delayNanos(bytes);
        while (until - System.nanoTime() > 0 && limit == rate) {
            sleepUntil(until);
            pausePoint(job);
            job.checkpoint();
        }
    }

    /// Waits for a while, or until somebody kicks the job; a pause point.
    void idle(Job job, long nanos) throws CancelledJobException {
        sleepUntil(System.nanoTime() + nanos);
        pausePoint(job);
        job.checkpoint();
    }

    private void sleepUntil(long deadlineNanos) {
        lock.lock();
        try {
            isSleeping = true;
            while (!isKicked && deadlineNanos - System.nanoTime() > 0) {
                Workers.awaitUntil(changed, deadlineNanos);
            }
            isKicked = false;
            isSleeping = false;
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the job where it sleeps.
    void kick() {
        lock.lock();
        try {
            isKicked = true;
            leavePause();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Sets a paused job going for which there is no reason to pause any more. Whoever took the
    /// last reason does so: the job goes on before a command that resumed it is answered.
    @GuardedBy("lock")
    private void leavePause() {
        Parked waiting = parked;
        if (waiting != null && !mustPause(waiting.job())) {
            parked = null;
            isRunning = true;
            waiting.job().enter(waiting.before());
        }
    }

    private record Parked(Job job, JobState before) {}
}
