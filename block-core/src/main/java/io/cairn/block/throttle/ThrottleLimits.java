package io.cairn.block.throttle;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// All limits of a throttle group (QMP reference manual, "ThrottleLimits"). Immutable.
///
/// Its nineteen numbers also go by the manual's names (`iops-total`, `iops-total-max`,
/// `iops-total-max-length`, …, `iops-size`), by which options and monitors reach them.
public final class ThrottleLimits {
    /// No limit at all.
    public static final ThrottleLimits NONE = new ThrottleLimits(Map.of(), 0);

    /// The name of the size from which on a request counts as more than one operation.
    public static final String IOPS_SIZE = "iops-size";

    /// What is appended to a limit's name for the rate of its bursts.
    private static final String MAX = "-max";

    /// What is appended to a limit's name for the length of its bursts.
    private static final String MAX_LENGTH = "-max-length";

    private static final List<String> NAMES = allNames();

    private final Map<LimitKind, Limit> limits;
    private final long iopsSize;

    private ThrottleLimits(Map<LimitKind, Limit> limits, long iopsSize) {
        EnumMap<LimitKind, Limit> copy = new EnumMap<>(LimitKind.class);
        copy.putAll(limits);
        this.limits = Collections.unmodifiableMap(copy);
        this.iopsSize = iopsSize;
    }

    private static List<String> allNames() {
        List<String> names = new ArrayList<>();
        for (LimitKind kind : LimitKind.values()) {
            names.add(kind.optionName());
            names.add(kind.optionName().concat(MAX));
            names.add(kind.optionName().concat(MAX_LENGTH));
        }
        names.add(IOPS_SIZE);
        return List.copyOf(names);
    }

    /// The names of all numbers, limits in the order in which they are checked.
    public static List<String> names() {
        return NAMES;
    }

    /// True for the name of a length of bursts, in seconds.
    public static boolean isLength(String name) {
        return name.endsWith(MAX_LENGTH);
    }

    /// One of the limits.
    public Limit get(LimitKind kind) {
        return limits.getOrDefault(kind, Limit.NONE);
    }

    /// The bytes beyond which a request counts as more operations than one, in proportion; 0 for
    /// never.
    public long iopsSize() {
        return iopsSize;
    }

    /// The number of that name.
    ///
    /// @throws IllegalArgumentException if the name is not one of {@link #names()}
    public long value(String name) {
        if (name.equals(IOPS_SIZE)) {
            return iopsSize;
        }
        Limit limit = get(kindOf(name));
        return isLength(name)
                ? limit.maxLength()
                : name.endsWith(MAX) ? limit.max() : limit.average();
    }

    /// These limits with one number changed; not checked before {@link #requireValid}.
    ///
    /// @throws IllegalArgumentException if the name is not one of {@link #names()}
    public ThrottleLimits with(String name, long value) {
        if (name.equals(IOPS_SIZE)) {
            return new ThrottleLimits(limits, value);
        }
        LimitKind kind = kindOf(name);
        Limit old = get(kind);
        if (isLength(name)) {
            return with(kind, new Limit(old.average(), old.max(), value));
        }
        return name.endsWith(MAX)
                ? with(kind, new Limit(old.average(), value, old.maxLength()))
                : with(kind, new Limit(value, old.max(), old.maxLength()));
    }

    /// These limits with one of them changed; not checked before {@link #requireValid}.
    public ThrottleLimits with(LimitKind kind, Limit limit) {
        EnumMap<LimitKind, Limit> changed = new EnumMap<>(LimitKind.class);
        changed.putAll(limits);
        changed.put(kind, limit);
        return new ThrottleLimits(changed, iopsSize);
    }

    private static LimitKind kindOf(String name) {
        for (LimitKind kind : LimitKind.values()) {
            String start = kind.optionName();
            if (name.equals(start)
                    || name.equals(start.concat(MAX))
                    || name.equals(start.concat(MAX_LENGTH))) {
                return kind;
            }
        }
        throw new IllegalArgumentException(name);
    }

    /// True if requests of the direction may have to wait.
    public boolean limit(Direction direction) {
        for (LimitKind kind : LimitKind.values()) {
            if (kind.covers(direction) && get(kind).isSet()) {
                return true;
            }
        }
        return false;
    }

    /// Returns these limits if they can be kept together.
    ///
    /// @throws InvalidOptionException in the peer's words, for the first contradiction that the
    ///   peer finds
    public ThrottleLimits requireValid() throws InvalidOptionException {
        if (mixes(LimitKind.BPS_TOTAL, LimitKind.BPS_READ, LimitKind.BPS_WRITE)
                || mixes(LimitKind.IOPS_TOTAL, LimitKind.IOPS_READ, LimitKind.IOPS_WRITE)) {
            throw new InvalidOptionException(
                    "bps/iops/max total values and read/write values cannot be used at the same"
                            + " time");
        }
        if (iopsSize != 0 && !limitsOperations()) {
            throw new InvalidOptionException("iops size requires an iops value to be set");
        }
        for (LimitKind kind : LimitKind.values()) {
            get(kind).requireValid();
        }
        return this;
    }

    private boolean mixes(LimitKind total, LimitKind read, LimitKind write) {
        return (get(total).average() != 0
                        && (get(read).average() != 0 || get(write).average() != 0))
                || (get(total).max() != 0 && (get(read).max() != 0 || get(write).max() != 0));
    }

    private boolean limitsOperations() {
        return get(LimitKind.IOPS_TOTAL).average() != 0
                || get(LimitKind.IOPS_READ).average() != 0
                || get(LimitKind.IOPS_WRITE).average() != 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ThrottleLimits that && numbers().equals(that.numbers());
    }

    @Override
    public int hashCode() {
        return numbers().hashCode();
    }

    private List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        for (String name : NAMES) {
            numbers.add(value(name));
        }
        return numbers;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("limits");
        for (String name : NAMES) {
            if (value(name) != NONE.value(name)) {
                out.append(' ').append(name).append('=').append(value(name));
            }
        }
        return out.toString();
    }
}
