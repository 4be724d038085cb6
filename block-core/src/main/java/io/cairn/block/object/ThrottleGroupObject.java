package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.ThrottleGroup;
import io.cairn.block.throttle.ThrottleGroups;

import java.util.Map;
import java.util.Optional;

/// A `throttle-group` object: a throttle group that lives as long as it. It cannot be removed while
/// the group has members.
public final class ThrottleGroupObject implements ObjectRegistry.UserObject {
    /// The type's name for `--object`.
    public static final String TYPE = "throttle-group";

    private final ThrottleGroup group;
    private final ThrottleGroups groups;

    ThrottleGroupObject(ThrottleGroup group, ThrottleGroups groups) {
        this.group = group;
        this.groups = groups;
    }

    /// The group. Its limits can be read and set there.
    public ThrottleGroup group() {
        return group;
    }

    /// Changes some numbers of the limits together, as setting the property `limits` does (QMP
    /// reference manual, "ThrottleLimits"); those that are not given stay as they are.
    ///
    /// @param changes numbers by the manual's names; consumed
    /// @throws InvalidOptionException if a number is unknown or wrong, or the limits contradict
    ///   each other; nothing then changes
    public void setLimits(Options changes, Dialect dialect) throws InvalidOptionException {
        Map<String, Long> numbers = ThrottleProperties.LIMITS.read(changes, dialect, "limits.");
        changes.requireEmpty("limits.");
        synchronized (this) {
            group.setLimits(ThrottleProperties.change(group.limits(), numbers));
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Optional<String> inUse() {
        return group.isUsed() ? Optional.of("the group has members") : Optional.empty();
    }

    @Override
    public boolean retire() {
        return group.retire();
    }

    @Override
    public void close() {
        groups.remove(group);
    }
}
