package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.option.PeerOrder;
import io.cairn.block.throttle.ThrottleLimits;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The properties of a throttle group as they were given (QMP reference manual,
/// "ThrottleGroupProperties"): each number of the limits alone, under its name with `x-` before it,
/// and any of them together as `limits`.
///
/// @param flat numbers by their names without `x-`, those that were given
/// @param limits numbers by their names, those that were given
record ThrottleProperties(Map<String, Long> flat, Map<String, Long> limits) {
    /// `limits` alone, by which the limits of a group are changed together.
    static final OptionSchema<Map<String, Long>> LIMITS =
            OptionSchema.of(declare(""), in -> numbers(in, ""));

    static final OptionSchema<ThrottleProperties> SCHEMA =
            OptionSchema.of(declare("x-"), ThrottleProperties::read);

    private static final String LIMITS_NAME = "limits";

    /// The longest length of bursts, in seconds.
    private static final long MAX_LENGTH = 0xffff_ffffL;

    private static OptionList declare(String prefix) {
        List<Option> options = new ArrayList<>();
        for (String name : visited()) {
            options.add(Option.number(prefix.concat(name), name));
        }
        return OptionList.of(options.toArray(Option[]::new));
    }

    /// The names in the order in which the manual lists them, operations first.
    private static List<String> visited() {
        List<String> names = new ArrayList<>();
        for (String start :
                List.of("iops-t", "iops-r", "iops-w", "bps", ThrottleLimits.IOPS_SIZE)) {
            ThrottleLimits.names().stream().filter(n -> n.startsWith(start)).forEach(names::add);
        }
        return names;
    }

    private static ThrottleProperties read(OptionReader in) throws InvalidOptionException {
        Options sub = in.sub(LIMITS_NAME);
        Map<String, Long> limits = LIMITS.read(sub, in.dialect(), LIMITS_NAME + ".");
        sub.requireEmpty(LIMITS_NAME + ".");
        return new ThrottleProperties(numbers(in, "x-"), limits);
    }

    private static Map<String, Long> numbers(OptionReader in, String prefix)
            throws InvalidOptionException {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String name : visited()) {
            Long number = in.numberIfGiven(prefix.concat(name));
            if (number != null) {
                numbers.put(name, number);
            }
        }
        return numbers;
    }

    /// The limits that all properties together make.
    ///
    /// @throws InvalidOptionException in the peer's words and for the property that the peer takes
    ///   first; `limits` must not contradict what was taken before it, and what then comes is for
    ///   the group to refuse
    ThrottleLimits apply() throws InvalidOptionException {
        List<String> names = new ArrayList<>();
        if (!limits.isEmpty()) {
            names.add(LIMITS_NAME);
        }
        flat.keySet().forEach(name -> names.add("x-".concat(name)));
        ThrottleLimits result = ThrottleLimits.NONE;
        for (String name : PeerOrder.sort(names)) {
            if (name.equals(LIMITS_NAME)) {
                result = change(result, limits).requireValid();
            } else {
                result = changeFlat(result, name.substring(2));
            }
        }
        return result;
    }

    private ThrottleLimits changeFlat(ThrottleLimits old, String name)
            throws InvalidOptionException {
        long value = flat.getOrDefault(name, 0L);
        if (value < 0) {
            throw new InvalidOptionException("Property values cannot be negative");
        }
        if (ThrottleLimits.isLength(name) && value > MAX_LENGTH) {
            // The peer's words, missing space and all.
            throw new InvalidOptionException(
                    "x-" + name + " value must be in therange [0, " + MAX_LENGTH + "]");
        }
        return old.with(name, value);
    }

    /// Limits with some numbers changed; the others stay as they are.
    static ThrottleLimits change(ThrottleLimits old, Map<String, Long> changes)
            throws InvalidOptionException {
        ThrottleLimits result = old;
        for (String name : ThrottleLimits.names()) {
            Long value = changes.get(name);
            if (value == null) {
                continue;
            }
            if (ThrottleLimits.isLength(name) && value > MAX_LENGTH) {
                throw new InvalidOptionException(
                        name + " value must be in the range [0, " + MAX_LENGTH + "]");
            }
            result = result.with(name, value);
        }
        return result;
    }
}
