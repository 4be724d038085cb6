package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// What a `replication` node is opened with besides its child (QMP reference manual,
/// "BlockdevOptionsReplication").
///
/// @param mode the side on which the node stands
/// @param topName the node or device that a secondary's users use, null with a primary
record ReplicationOptions(Replication.Mode mode, @Nullable String topName) {
    private static final String MODE = "mode";
    private static final String TOP_ID = "top-id";

    static final OptionSchema<ReplicationOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string(MODE, "The side on which the node stands").mandatory(),
                            Option.string(TOP_ID, "The secondary's root node or device")),
                    ReplicationOptions::read);

    private static ReplicationOptions read(OptionReader in) throws InvalidOptionException {
        String mode = in.string(MODE);
        String top = in.string(TOP_ID);
        if (mode == null) {
            throw new InvalidOptionException("Missing the option mode");
        }
        return switch (mode) {
            case "primary" -> {
                if (top != null) {
                    throw new InvalidOptionException(
                            "The primary side does not support option top-id");
                }
                yield new ReplicationOptions(Replication.Mode.PRIMARY, null);
            }
            case "secondary" -> {
                if (top == null) {
                    throw new InvalidOptionException("Missing the option top-id");
                }
                yield new ReplicationOptions(Replication.Mode.SECONDARY, top);
            }
            default ->
                    throw new InvalidOptionException(
                            "The option mode's value should be primary or secondary");
        };
    }

    /// The options that open the node again.
    Options toOptions() {
        return topName == null
                ? new Options().put(MODE, "primary")
                : new Options().put(MODE, "secondary").put(TOP_ID, topName);
    }
}
