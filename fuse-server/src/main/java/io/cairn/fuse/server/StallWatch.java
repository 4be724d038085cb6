package io.cairn.fuse.server;

import io.cairn.block.Workers;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/// Looks for requests that take long although quick ones were expected, so that what comes behind
/// them need not wait. There is one for all files that this process serves.
///
/// It looks once a millisecond while there is work, and sleeps otherwise.
final class StallWatch {
    private static final long TICK_NANOS = 1_000_000;

    /// Ticks without any request after which it sleeps.
    private static final int PATIENCE = 100;

    private final List<FuseWorkers> watched = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean isAsleep;

    private StallWatch() {
        thread = Workers.startDaemon("fuse:watch", this::watch);
    }

    /// That of this process.
    static StallWatch shared() {
        return Holder.WATCH;
    }

    void add(FuseWorkers workers) {
        watched.add(workers);
    }

    void remove(FuseWorkers workers) {
        watched.remove(workers);
    }

    /// There is work.
    void wake() {
        if (isAsleep) {
            isAsleep = false;
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        int quiet = 0;
        while (true) {
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

    /// Relieves who is where it was a tick ago.
    ///
    /// @return whether anything has moved or is under way
    private boolean look() {
        boolean isBusy = false;
        for (FuseWorkers workers : watched) {
            isBusy |= workers.look();
        }
        return isBusy;
    }

    private static final class Holder {
        static final StallWatch WATCH = new StallWatch();

        private Holder() {}
    }
}
