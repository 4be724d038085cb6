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

        /// Whether it has the range; else it waits for it.
        private boolean running;

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
    private @Nullable Request newest;
    private @Nullable Request oldest;
    private int waiting;
    private volatile boolean enabled;

    void enable(boolean on) {
        enabled = on;
    }

    boolean isEnabled() {
        return enabled;
    }

    /// Enters a range, after every conflicting request that has its range has ended. One that waits
    /// keeps nobody from a range that is free: it may be long until it runs. Null while disabled.
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
            if (mayRun(request)) {
                request.running = true;
            } else {
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
            while (!request.running) {
                watch.check();
                ended.awaitUninterruptibly();
            }
        } finally {
            waiting--;
            if (!request.running) {
                unlink(request);
            }
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
    ///
    /// Who waits gets it before anyone who comes later, the oldest first.
    void end(@Nullable Request request) {
        if (request == null) {
            return;
        }
        lock.lock();
        try {
            unlink(request);
            if (waiting > 0) {
                runWaiting();
            }
        } finally {
            lock.unlock();
        }
    }

    private void runWaiting() {
        for (Request request = oldest; request != null; request = request.next) {
            if (!request.running && mayRun(request)) {
                request.running = true;
                ended.signalAll();
            }
        }
    }

    private boolean mayRun(Request request) {
        for (Request other = newest; other != null; other = other.previous) {
            if (other.running && request.conflictsWith(other)) {
                return false;
            }
        }
        return true;
    }

    private void link(Request request) {
        request.previous = newest;
        if (newest == null) {
            oldest = request;
        } else {
            newest.next = request;
        }
        newest = request;
    }

    private void unlink(Request request) {
        if (request.next == null) {
            newest = request.previous;
        } else {
            request.next.previous = request.previous;
        }
        if (request.previous == null) {
            oldest = request.next;
        } else {
            request.previous.next = request.next;
        }
    }
}
