package io.cairn.nbd.server;

import io.cairn.block.Workers;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/// Looks for requests that take long although quick ones were expected, so that what came behind
/// them need not wait.
///
/// It looks once a millisecond while there is work, and sleeps otherwise.
final class StallWatch implements AutoCloseable {
    private static final long TICK_NANOS = 1_000_000;

    /// Ticks without any request after which it sleeps.
    private static final int PATIENCE = 100;

    private final List<Transmission> watched = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean isAsleep;
    private volatile boolean isOver;

    StallWatch() {
        thread = Workers.startDaemon("nbd:watch", this::watch);
    }

    void add(Transmission transmission) {
        watched.add(transmission);
    }

    void remove(Transmission transmission) {
        watched.remove(transmission);
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

    /// Relieves who is where it was a tick ago.
    ///
    /// @return whether anything has moved or is under way
    private boolean look() {
        boolean isBusy = false;
        for (Transmission transmission : watched) {
            long serial = transmission.serial();
            boolean isRunning = (serial & 1) != 0;
            if (isRunning && serial == transmission.seenSerial) {
                transmission.relieve(serial);
            }
            isBusy |= isRunning || serial != transmission.seenSerial;
            transmission.seenSerial = serial;
        }
        return isBusy;
    }

    @Override
    public void close() {
        isOver = true;
        LockSupport.unpark(thread);
    }
}
