package io.cairn.block.throttle;

import io.cairn.block.BlockException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The place in a group of one node or backend, at which its requests wait for their turn. The
/// members of a group that have requests waiting take turns, each with one request.
///
/// Safe for use by many threads.
public final class ThrottleMember implements AutoCloseable {
    private final ThrottleGroup group;

    // Guarded by the group's lock.
    private final Map<Direction, ArrayDeque<Waiter>> queues = new EnumMap<>(Direction.class);
    private int bypasses;

    ThrottleMember(ThrottleGroup group) {
        this.group = group;
        for (Direction direction : Direction.values()) {
            queues.put(direction, new ArrayDeque<>());
        }
    }

    /// The group, whose name and limits are this member's.
    public ThrottleGroup group() {
        return group;
    }

    /// Whether the group has a limit for requests of a direction.
    public boolean limits(Direction direction) {
        return group.limits(direction);
    }

    /// Returns when a request may be made. Costs one check if the group has no limit for it.
    ///
    /// The calling thread parks while it waits. An interrupt does not end the wait; it is kept for
    /// the caller.
    ///
    /// @throws BlockException with `ECANCELED` if {@link #cancelWaiting} was called meanwhile, or
    ///   the request's {@link io.cairn.block.CancelScope} is cancelled
    public void admit(Direction direction, long bytes) throws BlockException {
        if (limits(direction)) {
            group.admit(this, direction, bytes);
        }
    }

    /// Lets pass at once what waits and what comes, which is still counted, until {@link
    /// #endBypass}. Calls nest and do not block.
    public void beginBypass() {
        group.beginBypass(this);
    }

    /// Ends one {@link #beginBypass}.
    public void endBypass() {
        group.endBypass(this);
    }

    /// Makes every request that waits now fail with `ECANCELED`.
    public void cancelWaiting() {
        group.cancelWaiting(this);
    }

    /// The number of requests that wait.
    public int waiting() {
        return group.waiting(this);
    }

    /// Leaves the group. What waits here passes at once; other members wait on.
    @Override
    public void close() {
        group.leave(this);
    }

    // ---- under the group's lock

    ArrayDeque<Waiter> queue(Direction direction) {
        ArrayDeque<Waiter> queue = queues.get(direction);
        if (queue == null) {
            throw new AssertionError(direction);
        }
        return queue;
    }

    /// Takes all that waits out of the queues.
    List<Waiter> takeAll() {
        List<Waiter> all = new ArrayList<>();
        for (ArrayDeque<Waiter> queue : queues.values()) {
            all.addAll(queue);
            queue.clear();
        }
        return all;
    }

    int queued() {
        int sum = 0;
        for (ArrayDeque<Waiter> queue : queues.values()) {
            sum += queue.size();
        }
        return sum;
    }

    boolean bypasses() {
        return bypasses > 0;
    }

    void addBypass(int change) {
        bypasses += change;
    }
}
