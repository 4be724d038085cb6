package io.cairn.block.filter;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Stops requests at events until a tester lets them go on.
///
/// A breakpoint stops one request and is gone. A request that meets several at once is stopped
/// under each of their tags. Thread-safe.
final class Breakpoints {
    private final String node;
    private final EventSink events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition resumed = lock.newCondition();

    // Guarded by the lock; both newest first.
    private final Deque<Breakpoint> breakpoints = new ArrayDeque<>();
    private final Deque<Stop> stops = new ArrayDeque<>();

    /// Whether there is any breakpoint.
    private volatile boolean isArmed;

    private record Breakpoint(DebugEvent event, String tag) {}

    /// A request that stands, under one tag; compared by identity.
    private static final class Stop {
        final String tag;
        final Thread request;

        Stop(String tag, Thread request) {
            this.tag = tag;
            this.request = request;
        }
    }

    Breakpoints(String node, EventSink events) {
        this.node = node;
        this.events = events;
    }

    void add(DebugEvent event, String tag) {
        lock.lock();
        try {
            breakpoints.addFirst(new Breakpoint(event, tag));
            isArmed = true;
        } finally {
            lock.unlock();
        }
    }

    /// Removes the tag's breakpoints and lets its requests go on.
    ///
    /// @throws BlockException `ENOENT` if no breakpoint of the tag was left
    void remove(String tag) throws BlockException {
        lock.lock();
        try {
            boolean any = breakpoints.removeIf(b -> b.tag.equals(tag));
            isArmed = !breakpoints.isEmpty();
            resumeAll(tag);
            if (!any) {
                throw new BlockException(Errno.ENOENT, Errno.ENOENT.text());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lets the request go on that stopped last under the tag.
    ///
    /// @throws BlockException `ENOENT` if none has
    void resume(String tag) throws BlockException {
        lock.lock();
        try {
            if (!resumeOne(tag)) {
                throw new BlockException(Errno.ENOENT, Errno.ENOENT.text());
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isSuspended(String tag) {
        lock.lock();
        try {
            return stops.stream().anyMatch(s -> s.tag.equals(tag));
        } finally {
            lock.unlock();
        }
    }

    /// Called by a request at an event: stops there if a breakpoint asks for it. A request that is
    /// given up goes on.
    void reached(DebugEvent event) {
        if (!isArmed) {
            return;
        }
        Thread me = Thread.currentThread();
        lock.lock();
        try {
            for (Iterator<Breakpoint> i = breakpoints.iterator(); i.hasNext(); ) {
                Breakpoint breakpoint = i.next();
                if (breakpoint.event == event) {
                    i.remove();
                    stops.addFirst(new Stop(breakpoint.tag, me));
                    events.emit(new BlockEvent.RequestSuspended(node, breakpoint.tag));
                }
            }
            isArmed = !breakpoints.isEmpty();
            if (isStopped(me)) {
                stand(me);
            }
        } finally {
            lock.unlock();
        }
    }

    private void stand(Thread request) {
        try (CancelScope.Watch watch = CancelScope.watch(this::wakeAll)) {
            while (isStopped(request)) {
                if (watch.isCancelled()) {
                    List.copyOf(stops).stream()
                            .filter(stop -> stop.request == request)
                            .forEach(this::goOn);
                } else {
                    resumed.awaitUninterruptibly();
                }
            }
        }
    }

    private void goOn(Stop stop) {
        stops.remove(stop);
        events.emit(new BlockEvent.RequestResumed(node, stop.tag));
        resumed.signalAll();
    }

    private boolean isStopped(Thread request) {
        return stops.stream().anyMatch(s -> s.request == request);
    }

    private void wakeAll() {
        lock.lock();
        try {
            resumed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void resumeAll(String tag) {
        boolean more = true;
        while (more) {
            more = resumeOne(tag);
        }
    }

    private boolean resumeOne(String tag) {
        for (Stop stop : stops) {
            if (stop.tag.equals(tag)) {
                goOn(stop);
                return true;
            }
        }
        return false;
    }
}
