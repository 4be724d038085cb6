package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The requests under way on a node, so that a serialising one overlaps no other.
///
/// A node whose requests never serialise (byte alignment, no copy-on-read) leaves the tracker
/// disabled: then no request pays for it. It is switched only while the node is drained.
final class RequestTracker {
    /// A range that a request occupies from {@link #begin} to {@link #end}.
    static final class Request {
        private final long offset;
        private final long end;
        private final boolean serialising;
        private final boolean read;
        private @Nullable Request next;
        private @Nullable Request previous;

        private Request(long offset, long length, boolean serialising, boolean read) {
            this.offset = offset;
            this.end = offset + length;
            this.serialising = serialising;
            this.read = read;
        }

        private boolean conflictsWith(Request other) {
            return (serialising || other.serialising)
                    && !(read && other.read && !(serialising && other.serialising))
                    && offset < other.end
                    && other.offset < end;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private @Nullable Request first;
    private int waiting;
    private volatile boolean enabled;

    void enable(boolean on) {
        enabled = on;
    }

    boolean isEnabled() {
        return enabled;
    }

    /// Enters a range, after every conflicting request that entered before has ended. Null while
    /// disabled.
    ///
    /// @throws BlockException with `ECANCELED` if the request was given up while it waited
    @Nullable Request begin(long offset, long length, boolean serialising, boolean read)
            throws BlockException {
        if (!enabled) {
            return null;
        }
        Request request = new Request(offset, length, serialising, read);
        lock.lock();
        try {
            link(request);
            if (hasEarlierConflict(request)) {
                await(request);
            }
        } finally {
            lock.unlock();
        }
        return request;
    }

    private void await(Request request) throws BlockException {
        waiting++;
        try (CancelScope.Watch watch = CancelScope.watch(this::wakeAll)) {
            while (hasEarlierConflict(request)) {
                if (watch.isCancelled()) {
                    unlink(request);
                    ended.signalAll();
                }
                watch.check();
                ended.awaitUninterruptibly();
            }
        } finally {
            waiting--;
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Leaves a range; null is ignored.
    void end(@Nullable Request request) {
        if (request == null) {
            return;
        }
        lock.lock();
        try {
            unlink(request);
            if (waiting > 0) {
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Newest first, so that everything behind a request in the list entered before it.
    private void link(Request request) {
        request.next = first;
        if (first != null) {
            first.previous = request;
        }
        first = request;
    }

    private void unlink(Request request) {
        if (request.previous == null) {
            first = request.next;
        } else {
            request.previous.next = request.next;
        }
        if (request.next != null) {
            request.next.previous = request.previous;
        }
    }

    private static boolean hasEarlierConflict(Request request) {
        for (Request other = request.next; other != null; other = other.next) {
            if (request.conflictsWith(other)) {
                return true;
            }
        }
        return false;
    }
}
