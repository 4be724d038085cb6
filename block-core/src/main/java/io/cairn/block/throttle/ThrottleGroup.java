package io.cairn.block.throttle;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Limits that several nodes or backends share (QEMU's documentation of throttling, "Applying I/O
/// limits to groups of disks").
///
/// A request passes at once while no bucket that it falls into is over-full and nothing waits.
/// Otherwise it waits in the queue of its member. The next in turn, per direction, parks until the
/// buckets let it pass; whoever wakes admits all that may pass then, member by member, and hands
/// the watch on. There is no thread for it and nothing spins. Everything is decided under one lock,
/// so that concurrent requests never get more than the buckets hold.
///
/// Safe for use by many threads.
public final class ThrottleGroup {
    /// The order in which members and directions take turns.
    private static final class Turn {
        /// The index of the member that is asked first.
        int nextMember;

        /// Who waits with a deadline.
        @Nullable Waiter watch;
    }

    /// A watch is not woken only to be told that it may end so little earlier.
    private static final long EARLIER_NANOS = 1000;

    private final String name;
    private final ThrottleClock clock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Buckets buckets = new Buckets();

    @GuardedBy("lock")
    private final List<ThrottleMember> members = new ArrayList<>();

    @GuardedBy("lock")
    private final Turn reads = new Turn();

    @GuardedBy("lock")
    private final Turn writes = new Turn();

    @GuardedBy("lock")
    private Direction lastAdmitted = Direction.WRITE;

    @GuardedBy("lock")
    private int waiting;

    @GuardedBy("lock")
    private boolean retired;

    /// Written under the lock.
    private volatile ThrottleLimits limits = ThrottleLimits.NONE;

    private volatile boolean limitsReads;
    private volatile boolean limitsWrites;

    /// A group without members.
    ///
    /// @throws InvalidOptionException if the limits contradict each other
    public ThrottleGroup(String name, ThrottleLimits limits, ThrottleClock clock)
            throws InvalidOptionException {
        this.name = name;
        this.clock = clock;
        setLimits(limits);
    }

    /// The name by which nodes refer to the group.
    public String name() {
        return name;
    }

    /// The limits in force.
    public ThrottleLimits limits() {
        return limits;
    }

    /// Changes the limits. What waits is judged anew at once.
    ///
    /// @throws InvalidOptionException if they contradict each other; the old ones then stay
    public void setLimits(ThrottleLimits changed) throws InvalidOptionException {
        changed.requireValid();
        lock.lock();
        try {
            long now = clock.nanoTime();
            limits = changed;
            buckets.configure(changed, now);
            limitsReads = changed.limit(Direction.READ);
            limitsWrites = changed.limit(Direction.WRITE);
            admitWhatMay(now);
        } finally {
            lock.unlock();
        }
    }

    /// A new member, or empty if the group is going.
    public Optional<ThrottleMember> join() {
        lock.lock();
        try {
            if (retired) {
                return Optional.empty();
            }
            ThrottleMember member = new ThrottleMember(this);
            members.add(member);
            return Optional.of(member);
        } finally {
            lock.unlock();
        }
    }

    /// True while the group has members.
    public boolean isUsed() {
        lock.lock();
        try {
            return !members.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// The number of requests that wait.
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /// Takes no member any more, unless there is one: false then.
    public boolean retire() {
        lock.lock();
        try {
            retired |= members.isEmpty();
            return retired;
        } finally {
            lock.unlock();
        }
    }

    // ---- for members

    boolean limits(Direction direction) {
        return direction == Direction.READ ? limitsReads : limitsWrites;
    }

    void admit(ThrottleMember member, Direction direction, long bytes) throws BlockException {
        Waiter waiter = enter(member, direction, bytes);
        if (waiter == null) {
            return;
        }
        try (CancelScope.Watch watch = CancelScope.watch(() -> cancel(waiter))) {
            if (watch.isCancelled()) {
                cancel(waiter);
            }
            Workers.parkUntil(() -> !waiter.isWaiting(), () -> park(waiter));
        }
        if (waiter.isCancelled()) {
            throw new BlockException(Errno.ECANCELED, Errno.ECANCELED.text());
        }
    }

    /// Parks once; who then finds its deadline come admits what may pass.
    private void park(Waiter waiter) {
        clock.parkUntil(waiter.deadline());
        long deadline = waiter.deadline();
        if (deadline != ThrottleClock.NEVER && clock.nanoTime() - deadline >= 0) {
            admitWhatMay();
        }
    }

    /// Counts a request in, or puts it into the queue.
    private @Nullable Waiter enter(ThrottleMember member, Direction direction, long bytes) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            boolean mayPass = waiting == 0 && buckets.waitNanos(direction, now) == 0;
            if (mayPass || member.bypasses()) {
                buckets.add(direction, bytes, now);
                return null;
            }
            Waiter waiter = new Waiter(member, direction, bytes);
            member.queue(direction).add(waiter);
            waiting++;
            admitWhatMay(now);
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    void beginBypass(ThrottleMember member) {
        lock.lock();
        try {
            member.addBypass(1);
            release(member);
        } finally {
            lock.unlock();
        }
    }

    void endBypass(ThrottleMember member) {
        lock.lock();
        try {
            member.addBypass(-1);
        } finally {
            lock.unlock();
        }
    }

    void cancelWaiting(ThrottleMember member) {
        lock.lock();
        try {
            for (Waiter waiter : member.takeAll()) {
                waiting--;
                waiter.cancel(clock);
            }
            admitWhatMay(clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /// Has one request wait no more, if it still does.
    private void cancel(Waiter waiter) {
        lock.lock();
        try {
            if (waiter.member().queue(waiter.direction()).remove(waiter)) {
                waiting--;
                waiter.cancel(clock);
                admitWhatMay(clock.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    int waiting(ThrottleMember member) {
        lock.lock();
        try {
            return member.queued();
        } finally {
            lock.unlock();
        }
    }

    /// The member passes everything from now on, so that a request which comes too late cannot wait
    /// for ever.
    void leave(ThrottleMember member) {
        lock.lock();
        try {
            int index = members.indexOf(member);
            if (index < 0) {
                return;
            }
            member.addBypass(1);
            release(member);
            members.remove(index);
            for (Turn turn : List.of(reads, writes)) {
                if (turn.nextMember > index) {
                    turn.nextMember--;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    /// Lets all that waits at a member pass. It is counted all the same, and others pay for it.
    @GuardedBy("lock")
    private void release(ThrottleMember member) {
        long now = clock.nanoTime();
        for (Waiter waiter : member.takeAll()) {
            admitNow(waiter, now);
        }
        admitWhatMay(now);
    }

    /// When the next request may pass.
    long nextDeadline() {
        lock.lock();
        try {
            return Math.min(deadline(reads), deadline(writes));
        } finally {
            lock.unlock();
        }
    }

    private static long deadline(Turn turn) {
        Waiter next = turn.watch;
        return next == null || !next.isWaiting() ? ThrottleClock.NEVER : next.deadline();
    }

    void admitWhatMay() {
        lock.lock();
        try {
            admitWhatMay(clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void admitWhatMay(long now) {
        if (waiting > 0) {
            while (admitOne(other(lastAdmitted), now) || admitOne(lastAdmitted, now)) {
                // The direction that was not served last comes first.
            }
        }
        watch(Direction.READ, now);
        watch(Direction.WRITE, now);
    }

    @GuardedBy("lock")
    private boolean admitOne(Direction direction, long now) {
        Turn turn = turn(direction);
        int index = nextInTurn(direction);
        if (index < 0 || buckets.waitNanos(direction, now) > 0) {
            return false;
        }
        Waiter waiter = members.get(index).queue(direction).remove();
        turn.nextMember = index + 1;
        lastAdmitted = direction;
        admitNow(waiter, now);
        return true;
    }

    @GuardedBy("lock")
    private void admitNow(Waiter waiter, long now) {
        waiting--;
        buckets.add(waiter.direction(), waiter.bytes(), now);
        waiter.admit(clock);
    }

    /// Gives the next in turn the deadline at which the buckets let it pass.
    @GuardedBy("lock")
    private void watch(Direction direction, long now) {
        Turn turn = turn(direction);
        int index = waiting == 0 ? -1 : nextInTurn(direction);
        Waiter next = index < 0 ? null : members.get(index).queue(direction).peek();
        Waiter before = turn.watch;
        if (before != null && before != next) {
            before.disarm();
        }
        turn.watch = next;
        if (next != null) {
            long deadline = now + buckets.waitNanos(direction, now);
            boolean isLate = deadline < next.deadline() - EARLIER_NANOS;
            if (next != before || isLate || next.deadline() <= now) {
                next.arm(deadline, clock);
            }
        }
    }

    /// The index of the member whose request is next, or -1 if none waits.
    @GuardedBy("lock")
    private int nextInTurn(Direction direction) {
        int n = members.size();
        int first = turn(direction).nextMember;
        for (int i = 0; i < n; i++) {
            int index = (first + i) % n;
            if (!members.get(index).queue(direction).isEmpty()) {
                return index;
            }
        }
        return -1;
    }

    @GuardedBy("lock")
    private Turn turn(Direction direction) {
        return direction == Direction.READ ? reads : writes;
    }

    private static Direction other(Direction direction) {
        return direction == Direction.READ ? Direction.WRITE : Direction.READ;
    }
}
