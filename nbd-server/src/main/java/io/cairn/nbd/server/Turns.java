package io.cairn.nbd.server;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// Who of a connection's workers takes requests. Workers come as they are needed, go when they have
/// waited for long, and all of them go when there is nothing to do.
final class Turns {
    private static final long PATIENCE_SECONDS = 5;

    private final Executor threads;
    private final int limit;
    private final Runnable body;
    private final ReentrantLock lock = new ReentrantLock();

    /// The turn is free, or there are no turns any more.
    private final Condition changed = lock.newCondition();

    /// A worker waits or has left; for who wants to be alone.
    private final Condition idled = lock.newCondition();

    /// The last worker has left.
    private final Condition deserted = lock.newCondition();

    // Guarded by the lock.
    private boolean isFree = true;
    private boolean isResting = true;
    private int workers;
    private int waiting;
    private @Nullable Thread ending;

    private volatile boolean isOver;

    /// Turns of up to `limit` workers, which run `body` on threads from `threads`.
    Turns(Executor threads, int limit, Runnable body) {
        this.threads = threads;
        this.limit = limit;
        this.body = body;
    }

    /// Starts a worker; there is none.
    void begin() {
        lock.lock();
        try {
            isResting = false;
            workers++;
        } finally {
            lock.unlock();
        }
        threads.execute(body);
    }

    /// Waits for the turn.
    ///
    /// @return false if the worker shall leave
    boolean take() {
        lock.lock();
        try {
            waiting++;
            idled.signal();
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!isFree && !isOver && !isResting && left > 0) {
                left = changed.awaitNanos(left);
            }
            waiting--;
            if (isOver || isResting || !isFree) {
                return false;
            }
            isFree = false;
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts workers", e);
        } finally {
            lock.unlock();
        }
    }

    /// Lets another worker have the turn.
    void pass() {
        boolean starts = false;
        lock.lock();
        try {
            isFree = true;
            if (waiting > 0) {
                changed.signal();
            } else if (workers < limit && !isOver) {
                workers++;
                starts = true;
            }
        } finally {
            lock.unlock();
        }
        if (starts) {
            threads.execute(body);
        }
    }

    /// Sends all workers away, unless one is still carrying out a request; called with the turn,
    /// which ends with that.
    boolean rest() {
        lock.lock();
        try {
            if (workers - waiting > 1) {
                return false;
            }
            isFree = true;
            isResting = true;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// How many workers carry out requests or look for them.
    int busy() {
        lock.lock();
        try {
            return workers - waiting;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until no other worker carries out a request; called with the turn.
    ///
    /// @return false if the time was over first
    boolean awaitAlone(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (workers - waiting > 1 && left > 0) {
                left = idled.awaitNanos(left);
            }
            return workers - waiting == 1;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts workers", e);
        } finally {
            lock.unlock();
        }
    }

    /// There are no turns any more.
    void end() {
        lock.lock();
        try {
            isOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isOver() {
        return isOver;
    }

    /// A worker is done.
    void leave() {
        lock.lock();
        try {
            workers--;
            idled.signal();
            if (workers == 0) {
                deserted.signalAll();
                LockSupport.unpark(ending);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all workers are done.
    void awaitWorkers() {
        lock.lock();
        try {
            while (workers > 0) {
                deserted.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all workers are done.
    ///
    /// @return false if the time was over first, or the thread was interrupted
    boolean awaitWorkers(long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        lock.lock();
        try {
            ending = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        while (hasWorkers()) {
            long left = end - System.nanoTime();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
        return true;
    }

    private boolean hasWorkers() {
        lock.lock();
        try {
            return workers > 0;
        } finally {
            lock.unlock();
        }
    }
}
