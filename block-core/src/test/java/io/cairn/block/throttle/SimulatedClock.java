package io.cairn.block.throttle;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A time that passes only while everyone waits: once all threads that take part are parked, it is
/// the earliest of their deadlines. So load runs through minutes at once, and no thread is late.
final class SimulatedClock implements ThrottleClock {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<Thread, Long> parked = new HashMap<>();

    @GuardedBy("lock")
    private final Set<Thread> permits = new HashSet<>();

    @GuardedBy("lock")
    private int participants;

    private final AtomicLong now = new AtomicLong(1_000);

    @Override
    public long nanoTime() {
        return now.get();
    }

    /// So many threads take part from now on. With one more than there are, time stands still.
    void setParticipants(int count) {
        lock.lock();
        try {
            participants = count;
            advanceIfAllWait();
        } finally {
            lock.unlock();
        }
    }

    /// The calling thread takes part no more.
    void leave() {
        lock.lock();
        try {
            participants--;
            advanceIfAllWait();
        } finally {
            lock.unlock();
        }
    }

    /// Lets time pass while nobody takes part.
    void advance(long nanos) {
        lock.lock();
        try {
            now.addAndGet(nanos);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until so many threads are parked.
    void awaitParked(int count) {
        lock.lock();
        try {
            while (parked.size() != count) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void parkUntil(long deadline) {
        Thread me = Thread.currentThread();
        lock.lock();
        try {
            parked.put(me, deadline);
            while (!permits.remove(me) && now.get() < deadline) {
                changed.signalAll();
                advanceIfAllWait();
                if (!permits.contains(me) && now.get() < deadline) {
                    changed.awaitUninterruptibly();
                }
            }
            parked.remove(me);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unpark(Thread thread) {
        lock.lock();
        try {
            permits.add(thread);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// A parked thread that has a permit, or whose deadline has come, is about to run.
    @GuardedBy("lock")
    private void advanceIfAllWait() {
        if (participants == 0 || parked.size() < participants) {
            return;
        }
        long earliest = NEVER;
        for (Map.Entry<Thread, Long> entry : parked.entrySet()) {
            if (permits.contains(entry.getKey())) {
                return;
            }
            earliest = Math.min(earliest, entry.getValue());
        }
        if (earliest != NEVER && earliest > now.get()) {
            now.set(earliest);
            changed.signalAll();
        }
    }
}
