package io.cairn.qmp.monitor;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The requests that wait for their turn; a few, after which whoever reads more of them waits too.
final class RequestQueue {
    /// What the peer takes (QMP specification, "Out-of-band execution").
    private static final int CAPACITY = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Queue<Incoming> waiting = new ArrayDeque<>();

    @GuardedBy("lock")
    private boolean isClosed;

    void put(Incoming request) {
        lock.lock();
        try {
            while (waiting.size() == CAPACITY && !isClosed) {
                changed.awaitUninterruptibly();
            }
            waiting.add(request);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Hands the requests on, one by one, until the queue is closed.
    void drain(Consumer<Incoming> taker) {
        while (true) {
            Incoming request;
            lock.lock();
            try {
                while (waiting.isEmpty() && !isClosed) {
                    changed.awaitUninterruptibly();
                }
                if (isClosed) {
                    return;
                }
                request = waiting.remove();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            taker.accept(request);
        }
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
