package io.cairn.block.throttle;

import java.util.concurrent.locks.LockSupport;

/// The time by which groups count, and how threads wait in it. Tests put a simulated one in its
/// place.
public interface ThrottleClock {
    /// A deadline that never comes.
    long NEVER = Long.MAX_VALUE;

    /// The computer's own clock.
    ThrottleClock SYSTEM =
            new ThrottleClock() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void parkUntil(long deadline) {
                    if (deadline == NEVER) {
                        LockSupport.park(this);
                    } else {
                        LockSupport.parkNanos(this, deadline - System.nanoTime());
                    }
                }

                @Override
                public void unpark(Thread thread) {
                    LockSupport.unpark(thread);
                }
            };

    /// Nanoseconds from a fixed but arbitrary moment.
    long nanoTime();

    /// Parks the calling thread until a deadline, or until it is unparked or interrupted; may
    /// return early without reason. Returns at once if the thread was unparked before.
    void parkUntil(long deadline);

    /// Wakes a thread, or keeps it from parking the next time.
    void unpark(Thread thread);
}
