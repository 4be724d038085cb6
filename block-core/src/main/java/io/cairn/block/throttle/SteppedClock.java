package io.cairn.block.throttle;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// The clock of a machine under test: it stands still but when somebody steps it.
///
/// {@link ThrottleGroups#step} lets time pass, since groups must see each of their deadlines come.
/// Thread-safe.
public final class SteppedClock implements ThrottleClock {
    private final AtomicLong now = new AtomicLong();

    @Override
    public long nanoTime() {
        return now.get();
    }

    /// Parks until the thread is unparked: whoever steps the clock has groups admit what may pass.
    @Override
    public void parkUntil(long deadline) {
        LockSupport.park(this);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /// Never goes back.
    void advanceTo(long nanos) {
        now.accumulateAndGet(nanos, Math::max);
    }
}
