package io.cairn.job.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Threads that do a job's requests at the same time, so many at most.
///
/// They are platform threads, which make their calls to the host themselves, and are started when
/// there is work for them. One thread gives out the work. A piece of work deals with its own
/// failures.
public final class Crew implements AutoCloseable {
    private final Workers workers;
    private final int size;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final Condition done = lock.newCondition();

    /// Given out and not begun.
    @GuardedBy("lock")
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();

    /// Given out and not done.
    @GuardedBy("lock")
    private int underWay;

    @GuardedBy("lock")
    private int started;

    @GuardedBy("lock")
    private boolean isClosed;

    /// @param name begins the threads' names
    /// @param size how many pieces of work are done at once
    public Crew(String name, int size) {
        this.size = size;
        this.workers = Workers.platform(name);
    }

    private void work() {
        for (Runnable task = take(); task != null; task = take()) {
            try {
                task.run();
            } finally {
                lock.lock();
                try {
                    underWay--;
                    done.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private @Nullable Runnable take() {
        lock.lock();
        try {
            while (queue.isEmpty() && !isClosed) {
                given.awaitUninterruptibly();
            }
            return queue.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /// Has a piece of work done, when a thread is free for it.
    public void submit(Runnable task) {
        lock.lock();
        try {
            while (underWay >= size) {
                done.awaitUninterruptibly();
            }
            underWay++;
            queue.addLast(task);
            given.signal();
            if (underWay > started) {
                started++;
                workers.fork(this::work);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until all work that was given out is done.
    public void awaitIdle() {
        lock.lock();
        try {
            while (underWay > 0) {
                done.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// True if all work that was given out is done.
    public boolean isIdle() {
        lock.lock();
        try {
            return underWay == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for what is under way, and ends the threads.
    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            given.signalAll();
        } finally {
            lock.unlock();
        }
        workers.close();
    }
}
