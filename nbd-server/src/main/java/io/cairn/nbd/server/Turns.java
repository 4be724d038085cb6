package io.cairn.nbd.server;

import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// Who of a connection's workers takes requests. Workers come as they are needed, and go when they
/// have waited for long.
final class Turns {
    private static final long PATIENCE_SECONDS = 5;

    private final String name;
    private final int limit;
    private final Runnable body;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private boolean isFree = true;
    private int workers = 1;
    private int waiting;
    private int started;
    private @Nullable Thread ending;

    private volatile boolean isOver;

    /// Turns of a first worker, and of up to `limit` that are started with `body`.
    Turns(String name, int limit, Runnable body) {
        this.name = name;
        this.limit = limit;
        this.body = body;
    }

    /// Waits for the turn.
    ///
    /// @return false if there is nothing left to do
    boolean take() {
        lock.lock();
        try {
            waiting++;
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!isFree && !isOver && left > 0) {
                left = changed.awaitNanos(left);
            }
            waiting--;
            if (isOver || !isFree) {
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
        int number = 0;
        lock.lock();
        try {
            isFree = true;
            if (waiting > 0) {
                changed.signal();
            } else if (workers < limit && !isOver) {
                workers++;
                number = ++started;
            }
        } finally {
            lock.unlock();
        }
        if (number > 0) {
            Workers.startDaemon(name + "." + number, body);
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
            changed.signalAll();
            LockSupport.unpark(ending);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all workers are done.
    void awaitWorkers() {
        lock.lock();
        try {
            while (workers > 0) {
                changed.awaitUninterruptibly();
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
