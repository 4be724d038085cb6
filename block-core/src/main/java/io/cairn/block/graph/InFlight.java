package io.cairn.block.graph;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts what is under way, and lets one wait until nothing is.
final class InFlight {
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger waiters = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    void enter() {
        count.getAndIncrement();
    }

    void leave() {
        if (count.decrementAndGet() == 0 && waiters.get() > 0) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    boolean isIdle() {
        return count.get() == 0;
    }

    /// Waits until the count is zero. An interrupt does not end the wait; it is kept for the
    /// caller.
    void awaitIdle() {
        waiters.getAndIncrement();
        lock.lock();
        try {
            while (count.get() != 0) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
            waiters.getAndDecrement();
        }
    }
}
