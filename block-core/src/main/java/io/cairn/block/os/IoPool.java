package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded pool of platform threads that make the host calls of virtual threads.
///
/// A call that waits holds its thread, and a virtual thread's is a carrier that others need; so a
/// virtual thread parks while one of the pool's threads makes the call. A platform thread makes its
/// own.
final class IoPool {
    private static final IoPool SHARED = new IoPool(64);

    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();

    // Guarded by the lock.
    private final ArrayDeque<Task<?>> queue = new ArrayDeque<>();
    private int threads;
    private int idle;

    /// A pool of at most this many threads, which start as they are needed and stay.
    IoPool(int limit) {
        this.limit = limit;
    }

    /// A host call with a result.
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /// A host call without one.
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /// Makes a call, where it may wait.
    static <T> T call(Call<T> call) throws BlockException {
        try {
            return Thread.currentThread().isVirtual() ? SHARED.hand(call) : call.run();
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Makes a call, where it may wait.
    static void run(Action action) throws BlockException {
        call(() -> {
            action.run();
            return Boolean.TRUE;
        });
    }

    /// Has a call made by a thread of the pool.
    <T> T hand(Call<T> call) throws IOException {
        Task<T> task = new Task<>(call);
        enqueue(task);
        return task.await();
    }

    private void enqueue(Task<?> task) {
        int started = 0;
        lock.lock();
        try {
            queue.addLast(task);
            if (idle >= queue.size()) {
                work.signal();
            } else if (threads < limit) {
                threads++;
                started = threads;
            }
        } finally {
            lock.unlock();
        }
        if (started > 0) {
            Workers.startDaemon("os:io-" + started, this::serve);
        }
    }

    private void serve() {
        while (true) {
            next().run();
        }
    }

    private Task<?> next() {
        lock.lock();
        try {
            while (queue.isEmpty()) {
                idle++;
                work.awaitUninterruptibly();
                idle--;
            }
            return queue.removeFirst();
        } finally {
            lock.unlock();
        }
    }

    /// One call on its way through the pool.
    private static final class Task<T> {
        private final Call<T> call;
        private final Thread caller = Thread.currentThread();
        private @Nullable T result;
        private @Nullable Throwable failure;
        private volatile boolean isDone;

        Task(Call<T> call) {
            this.call = call;
        }

        void run() {
            try {
                result = call.run();
            } catch (Throwable e) {
                failure = e;
            }
            isDone = true;
            LockSupport.unpark(caller);
        }

        T await() throws IOException {
            Workers.parkUntil(() -> isDone);
            return outcome();
        }

        private T outcome() throws IOException {
            if (failure instanceof IOException e) {
                throw e;
            } else if (failure instanceof RuntimeException e) {
                throw e;
            } else if (failure instanceof Error e) {
                throw e;
            }
            return Objects.requireNonNull(result);
        }
    }
}
