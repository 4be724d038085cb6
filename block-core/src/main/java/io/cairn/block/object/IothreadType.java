package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// The type `iothread` (QMP reference manual, "IothreadProperties"): the name of a thread on which
/// a user wants nodes to be served. Requests choose their threads themselves here, so it is a name
/// and no more.
final class IothreadType implements ObjectType<IothreadType.Properties> {
    static final String TYPE = "iothread";

    private static final List<String> NAMES =
            List.of(
                    "aio-max-batch",
                    "poll-grow",
                    "poll-max-ns",
                    "poll-shrink",
                    "thread-pool-max",
                    "thread-pool-min");

    /// For how long the peer's threads look for requests unless told otherwise.
    private static final long POLL_MAX_NANOS = 32_768;

    /// Numbers that tune a thread which is not there; none is negative.
    record Properties(long pollMaxNanos, long pollGrow, long pollShrink, long aioMaxBatch) {}

    private static final OptionSchema<Properties> SCHEMA =
            OptionSchema.of(OptionList.of(options()), IothreadType::read);

    private static Option[] options() {
        return NAMES.stream()
                .map(name -> Option.number(name, "accepted; threads tune themselves"))
                .toArray(Option[]::new);
    }

    private static Properties read(OptionReader in) throws InvalidOptionException {
        long batch = number(in, "aio-max-batch", 0);
        long grow = number(in, "poll-grow", 0);
        long nanos = number(in, "poll-max-ns", POLL_MAX_NANOS);
        long shrink = number(in, "poll-shrink", 0);
        number(in, "thread-pool-max", 0);
        number(in, "thread-pool-min", 0);
        return new Properties(nanos, grow, shrink, batch);
    }

    private static long number(OptionReader in, String name, long absent)
            throws InvalidOptionException {
        Long value = in.numberIfGiven(name);
        if (value == null) {
            return absent;
        }
        if (value < 0) {
            throw new InvalidOptionException(
                    name + " value must be in range [0, " + Long.MAX_VALUE + "]");
        }
        return value;
    }

    @Override
    public OptionSchema<Properties> schema() {
        return SCHEMA;
    }

    @Override
    public List<String> help() {
        return NAMES.stream().map(name -> name.concat("=<int>")).toList();
    }

    @Override
    public ObjectRegistry.UserObject make(String id, Properties properties, ObjectRegistry registry)
            throws BlockException {
        registry.requireFree(id);
        return new Iothread(
                id,
                properties.pollMaxNanos(),
                properties.pollGrow(),
                properties.pollShrink(),
                properties.aioMaxBatch());
    }
}
