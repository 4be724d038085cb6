package io.cairn.block.quorum;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps requests on each child that touch the same bytes in the order in which the quorum took
/// them.
///
/// A vote may be decided while a slow child still works on it. What follows on the same range must
/// not overtake there: an older write would land on a newer one, and a read would be blamed for
/// data that is merely late. And since all children see one order, requests that are in flight
/// together do not split a vote.
final class Turns {
    /// What a request does to its range.
    enum Kind {
        READ,
        WRITE,
        /// Waits for the writes before it; nothing waits for it.
        FLUSH
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// The order of one child's requests; its content is guarded by the lock.
    static final class Lane {
        private final List<Turn> turns = new ArrayList<>();
        private long stragglerBytes;
    }

    /// A request's place in a lane. Ended by exactly one {@link #end}.
    final class Turn {
        private final Lane lane;
        private final Kind kind;
        private final long start;
        private final long end;

        private Turn(Lane lane, Kind kind, long start, long end) {
            this.lane = lane;
            this.kind = kind;
            this.start = start;
            this.end = end;
        }

        /// Waits until all that must come before has ended.
        void await() {
            lock.lock();
            try {
                while (isBlocked()) {
                    changed.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }

        private boolean isBlocked() {
            for (Turn earlier : lane.turns) {
                if (earlier == this) {
                    return false;
                }
                if (mustFollow(earlier)) {
                    return true;
                }
            }
            return false;
        }

        private boolean mustFollow(Turn earlier) {
            if (earlier.kind == Kind.FLUSH || (earlier.kind == Kind.READ && kind != Kind.WRITE)) {
                return false;
            }
            return start < earlier.end && earlier.start < end;
        }

        void end() {
            lock.lock();
            try {
                lane.turns.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Places a request behind all others, in every lane at once.
    List<Turn> take(List<Lane> lanes, Kind kind, long start, long end) {
        List<Turn> taken = new ArrayList<>(lanes.size());
        lock.lock();
        try {
            for (Lane lane : lanes) {
                Turn turn = new Turn(lane, kind, start, end);
                lane.turns.add(turn);
                taken.add(turn);
            }
        } finally {
            lock.unlock();
        }
        return taken;
    }

    /// Notes that a decided request goes on in a lane and holds memory.
    void straggles(Lane lane, long bytes) {
        lock.lock();
        try {
            lane.stragglerBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    /// It has ended.
    void hasCaughtUp(Lane lane, long bytes) {
        lock.lock();
        try {
            lane.stragglerBytes -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Whether what straggles in a lane holds this much memory or more.
    boolean isBehind(Lane lane, long bytes) {
        lock.lock();
        try {
            return lane.stragglerBytes >= bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until what straggles in the lanes holds less memory than this in each.
    void awaitCaughtUp(List<Lane> lanes, long bytes) {
        lock.lock();
        try {
            while (lanes.stream().anyMatch(lane -> lane.stragglerBytes >= bytes)) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
