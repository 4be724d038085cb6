package io.cairn.job;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A short queue from one thread to another, either of which can end it.
///
/// @param <T> what is passed on
public final class Handover<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int capacity;

    // Guarded by the lock.
    private final ArrayDeque<T> items = new ArrayDeque<>();
    private boolean isClosed;

    /// @param capacity how many items may wait
    public Handover(int capacity) {
        this.capacity = capacity;
    }

    /// Passes an item on, when there is room for it.
    ///
    /// @return false if the queue was closed and the item is not wanted
    public boolean put(T item) {
        lock.lock();
        try {
            while (items.size() == capacity && !isClosed) {
                changed.awaitUninterruptibly();
            }
            if (!isClosed) {
                items.addLast(item);
                changed.signal();
            }
            return !isClosed;
        } finally {
            lock.unlock();
        }
    }

    /// The next item, waited for.
    ///
    /// @return null if the queue is closed and empty
    public @Nullable T take() {
        lock.lock();
        try {
            while (items.isEmpty() && !isClosed) {
                changed.awaitUninterruptibly();
            }
            changed.signal();
            return items.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /// Lets nothing more in; what waits can still be taken.
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
