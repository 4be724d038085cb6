package io.cairn.job.mirror;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Ranges of a disk that are being written to the target, each by one thread.
final class RangeLocks {
    /// A range that is held.
    record Held(long offset, long end) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    @GuardedBy("lock")
    private final List<Held> held = new ArrayList<>();

    /// Takes a range, when nobody holds a part of it.
    ///
    /// @throws BlockException if the request was given up while it waited
    Held acquire(long offset, long end) throws BlockException {
        Held range = new Held(offset, end);
        lock.lock();
        try (CancelScope.Watch watch = CancelScope.watch(this::wakeAll)) {
            while (isTaken(offset, end)) {
                watch.check();
                released.awaitUninterruptibly();
            }
            held.add(range);
        } finally {
            lock.unlock();
        }
        return range;
    }

    private void wakeAll() {
        lock.lock();
        try {
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isTaken(long offset, long end) {
        for (Held other : held) {
            if (offset < other.end() && other.offset() < end) {
                return true;
            }
        }
        return false;
    }

    /// Gives a range back.
    void release(Held range) {
        lock.lock();
        try {
            held.removeIf(other -> other == range);
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
