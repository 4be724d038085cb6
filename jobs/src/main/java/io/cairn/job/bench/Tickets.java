package io.cairn.job.bench;

import io.cairn.block.BlockException;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Deals out the numbers of requests between which flushes are sent that hold the queue back.
final class Tickets {
    /// Sends a flush.
    @FunctionalInterface
    interface Flush {
        void run() throws BlockException;
    }

    private final BenchPlan plan;
    private final Flush flush;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private long next;
    private int inFlight;
    private boolean flushIsDue;
    private boolean isFlushing;
    private boolean hasFailed;

    Tickets(BenchPlan plan, Flush flush) {
        this.plan = plan;
        this.flush = flush;
    }

    /// The number of the next request, or -1 if there is none. Flushes first if that is due.
    long take() throws BlockException {
        lock.lock();
        try {
            while (flushIsDue && !hasFailed) {
                if (inFlight > 0 || isFlushing) {
                    changed.awaitUninterruptibly();
                } else {
                    flushUnlocked();
                }
            }
            if (hasFailed || next == plan.count()) {
                return -1;
            }
            flushIsDue = plan.flushesAfter(next);
            inFlight++;
            return next++;
        } finally {
            lock.unlock();
        }
    }

    private void flushUnlocked() throws BlockException {
        isFlushing = true;
        boolean flushed = false;
        lock.unlock();
        try {
            flush.run();
            flushed = true;
        } finally {
            lock.lock();
            isFlushing = false;
            flushIsDue = false;
            hasFailed |= !flushed;
            changed.signalAll();
        }
    }

    /// A request has ended.
    ///
    /// @param succeeded if not, no more numbers are dealt out
    void ended(boolean succeeded) {
        lock.lock();
        try {
            inFlight--;
            hasFailed |= !succeeded;
            if (flushIsDue || hasFailed) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
