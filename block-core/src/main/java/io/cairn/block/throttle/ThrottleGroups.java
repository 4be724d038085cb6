package io.cairn.block.throttle;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.InvalidOptionException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The throttle groups of one graph, by name. Thread-safe.
public final class ThrottleGroups {
    private volatile ThrottleClock clock;

    @GuardedBy("this")
    private final Map<String, ThrottleGroup> groups = new HashMap<>();

    /// No groups yet.
    public ThrottleGroups(ThrottleClock clock) {
        this.clock = clock;
    }

    /// Groups that are made from now on count by another clock.
    public void setClock(ThrottleClock newClock) {
        clock = newClock;
    }

    /// Lets time pass on a clock by which all groups count: at each moment at which a request may
    /// pass, it does. What was admitted is still under way afterwards.
    ///
    /// @param end where the clock stands then
    public void step(SteppedClock stepped, long end) {
        for (long next = nextDeadline(); next <= end; next = nextDeadline()) {
            stepped.advanceTo(next);
            all().forEach(ThrottleGroup::admitWhatMay);
        }
        stepped.advanceTo(end);
    }

    /// The next moment at which a request may pass, or {@link ThrottleClock#NEVER}.
    public long nextDeadline() {
        return all().stream()
                .mapToLong(ThrottleGroup::nextDeadline)
                .min()
                .orElse(ThrottleClock.NEVER);
    }

    /// The number of requests that wait.
    public int waiting() {
        return all().stream().mapToInt(ThrottleGroup::waiting).sum();
    }

    /// True if there is no group, so that no request waits for a limit.
    public synchronized boolean isEmpty() {
        return groups.isEmpty();
    }

    private synchronized List<ThrottleGroup> all() {
        return List.copyOf(groups.values());
    }

    /// Makes a group that stays until {@link #remove}.
    ///
    /// @throws InvalidOptionException if the name is taken, or the limits contradict each other
    public synchronized ThrottleGroup add(String name, ThrottleLimits limits)
            throws InvalidOptionException {
        if (groups.containsKey(name)) {
            throw new InvalidOptionException("Throttle group '" + name + "' exists already");
        }
        ThrottleGroup group = new ThrottleGroup(name, limits, clock);
        groups.put(name, group);
        return group;
    }

    /// Takes a group out that has retired.
    public synchronized void remove(ThrottleGroup group) {
        groups.remove(group.name(), group);
    }

    /// The group of that name.
    public synchronized Optional<ThrottleGroup> find(String name) {
        return Optional.ofNullable(groups.get(name));
    }

    /// A new member of the group of that name, which is made if there is none.
    public ThrottleMember joinOrAdd(String name) throws InvalidOptionException {
        ThrottleGroup group;
        synchronized (this) {
            group = groups.get(name);
            if (group == null) {
                group = add(name, ThrottleLimits.NONE);
            }
        }
        return group.join()
                .orElseThrow(() ->
                        new InvalidOptionException("Throttle group '" + name + "' does not exist"));
    }

    /// A new member of the group of that name.
    ///
    /// @throws InvalidOptionException if there is none
    public ThrottleMember join(String name) throws InvalidOptionException {
        return find(name)
                .flatMap(ThrottleGroup::join)
                .orElseThrow(() ->
                        new InvalidOptionException("Throttle group '" + name + "' does not exist"));
    }
}
