package io.cairn.cli.qmp;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.Workers;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.cli.console.ToolException;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Asks the server how its jobs get on, while there are some that do, and shows it.
///
/// The thread that asks sleeps until an event says that a job has changed.
final class JobWatch implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Dialogue dialogue;
    private final QmpClient client;
    private final JobBars bars = new JobBars();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();

    /// Jobs may run that were started before we came.
    @GuardedBy("lock")
    private boolean isWanted = true;

    @GuardedBy("lock")
    private boolean isOver;

    JobWatch(Dialogue dialogue, QmpClient client) {
        this.dialogue = dialogue;
        this.client = client;
        Workers.startDaemon("qmp:jobs", this::run);
    }

    /// Something about the jobs has changed.
    void wake() {
        lock.lock();
        try {
            isWanted = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean isMoving = false;
        JsonObject query = JsonObject.builder().put("execute", "query-jobs").build();
        try {
            while (await(isMoving)) {
                if (!(client.request(query).get("return") instanceof JsonArray jobs)) {
                    // A server without the command.
                    return;
                }
                isMoving = JobBars.isMoving(jobs);
                dialogue.showJobs(bars.draw(jobs, System.nanoTime(), dialogue.jobWidth()));
            }
        } catch (ToolException _) {
            // The shell tells that the server has gone.
            dialogue.showJobs(List.of());
        }
    }

    /// Waits until a look is due; false when there will be none.
    private boolean await(boolean isMoving) {
        lock.lock();
        try {
            long due = System.nanoTime() + PERIOD_NANOS;
            while (!isWanted && !isOver) {
                if (!isMoving) {
                    woken.awaitUninterruptibly();
                } else if (!Workers.awaitUntil(woken, due)) {
                    break;
                }
            }
            isWanted = false;
            return !isOver;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isOver = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
