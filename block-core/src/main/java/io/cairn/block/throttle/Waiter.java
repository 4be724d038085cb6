package io.cairn.block.throttle;

/// A request that waits, on the thread that made it.
///
/// The group decides over it under its lock, and wakes the thread after every change.
final class Waiter {
    private enum State {
        WAITING,
        ADMITTED,
        CANCELLED
    }

    private final ThrottleMember member;
    private final Direction direction;
    private final long bytes;
    private final Thread thread = Thread.currentThread();
    private volatile State state = State.WAITING;

    /// When the thread is to look again by itself. Only the next in turn has a deadline: when it
    /// wakes it admits others too.
    private volatile long deadline = ThrottleClock.NEVER;

    Waiter(ThrottleMember member, Direction direction, long bytes) {
        this.member = member;
        this.direction = direction;
        this.bytes = bytes;
    }

    ThrottleMember member() {
        return member;
    }

    Direction direction() {
        return direction;
    }

    long bytes() {
        return bytes;
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    boolean isCancelled() {
        return state == State.CANCELLED;
    }

    long deadline() {
        return deadline;
    }

    void disarm() {
        deadline = ThrottleClock.NEVER;
    }

    void arm(long newDeadline, ThrottleClock clock) {
        deadline = newDeadline;
        wake(clock);
    }

    void admit(ThrottleClock clock) {
        state = State.ADMITTED;
        wake(clock);
    }

    void cancel(ThrottleClock clock) {
        state = State.CANCELLED;
        wake(clock);
    }

    private void wake(ThrottleClock clock) {
        if (thread != Thread.currentThread()) {
            clock.unpark(thread);
        }
    }
}
