package io.cairn.job.convert;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets numbered pieces of work through one after the other, in the order of their numbers.
final class Turnstile {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();

    // Guarded by the lock.
    private long turn;
    private boolean closed;

    /// Waits until all pieces with smaller numbers have passed.
    ///
    /// @return false if they never will, because one of them failed
    boolean await(long number) {
        lock.lock();
        try {
            while (turn < number && !closed) {
                moved.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// Lets the next piece through.
    void pass() {
        lock.lock();
        try {
            turn++;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Turns everybody away, now and from now on.
    void close() {
        lock.lock();
        try {
            closed = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
