package io.cairn.protocol.nullco;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

/// What a null node is opened with (QMP reference manual, "BlockdevOptionsNull").
///
/// @param size the node's length in bytes
/// @param latencyNanos how long each request takes
/// @param readsZeroes reads fill the buffer with zeroes, else they leave it as it is
/// @param identity those of the options given that another node must have to be the same
record NullOptions(long size, long latencyNanos, boolean readsZeroes, Options identity) {
    private static final String SIZE = "size";
    private static final String READ_ZEROES = "read-zeroes";

    static final OptionSchema<NullOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size(SIZE, "size of the null block").withDefault("1073741824"),
                            Option.number(
                                    "latency-ns",
                                    "nanoseconds (approximated) to wait before completing request"),
                            Option.bool(READ_ZEROES, "return zeroes when read")),
                    NullOptions::read);

    private static NullOptions read(OptionReader in) throws InvalidOptionException {
        long latency = in.number("latency-ns");
        if (latency < 0) {
            throw new InvalidOptionException("latency-ns is invalid");
        }
        return new NullOptions(in.size(SIZE), latency, in.bool(READ_ZEROES), new Options());
    }

    /// The same, remembering which of the given options were explicit.
    NullOptions withIdentity(Options given) {
        Options identity = new Options();
        for (String key : given.keys()) {
            var value = given.get(key);
            if (value != null && (key.equals(SIZE) || key.equals(READ_ZEROES))) {
                identity.put(key, value);
            }
        }
        return new NullOptions(size, latencyNanos, readsZeroes, identity);
    }
}
