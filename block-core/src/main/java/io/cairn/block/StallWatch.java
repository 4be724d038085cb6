package io.cairn.block;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/// Looks for requests that take long although quick ones were expected, so that what comes behind
/// them need not wait.
///
/// It looks once a millisecond while there is work, and sleeps otherwise. Thread-safe.
public final class StallWatch implements AutoCloseable {
    private static final long TICK_NANOS = 1_000_000;

    /// Ticks without any request after which it sleeps.
    private static final int PATIENCE = 100;

    private final List<Watched> watched = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean isAsleep;
    private volatile boolean isOver;

    /// Somebody who carries out requests.
    @FunctionalInterface
    public interface Watched {
        /// Relieves whoever is where it was when this was called last. Called by the watch's thread
        /// alone; must not block.
        ///
        /// @return whether anything has moved or is under way
        boolean look();
    }

    /// @param name the thread's
    public StallWatch(String name) {
        thread = Workers.startDaemon(name, this::watch);
    }

    /// Looks at somebody from now on.
    public void add(Watched one) {
        watched.add(one);
    }

    /// Looks at somebody no more; a look that has begun may still be under way.
    public void remove(Watched one) {
        watched.remove(one);
    }

    /// There is work.
    public void wake() {
        if (isAsleep) {
            isAsleep = false;
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        int quiet = 0;
        while (!isOver) {
            if (quiet > PATIENCE) {
                isAsleep = true;
                if (!look()) {
                    LockSupport.park(this);
                }
                isAsleep = false;
                quiet = 0;
            }
            LockSupport.parkNanos(this, TICK_NANOS);
            quiet = look() ? 0 : quiet + 1;
        }
    }

    private boolean look() {
        boolean isBusy = false;
        for (Watched one : watched) {
            isBusy |= one.look();
        }
        return isBusy;
    }

    /// Ends the thread.
    @Override
    public void close() {
        isOver = true;
        LockSupport.unpark(thread);
    }
}
