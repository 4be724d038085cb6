package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.throttle.ThrottleGroups;

import org.jspecify.annotations.Nullable;

/// A filter whose requests wait for their turn in a throttle group (QMP reference manual,
/// "BlockdevOptionsThrottle").
public final class ThrottleDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "throttle";

    static final String GROUP = "throttle-group";

    private static final OptionSchema<String> SCHEMA =
            OptionSchema.of(
                    OptionList.of(Option.string(GROUP, "Name of the throttle group").mandatory()),
                    in -> named(in.string(GROUP)));

    public ThrottleDriver() {
        super(NAME);
    }

    @Override
    public OptionSchema<String> openSchema() {
        return SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = openFile(context);
        ThrottleGroups groups = context.objects().throttleGroups();
        String group = readGroup(context.options());
        return new ThrottleInstance(file, groups, groups.join(group));
    }

    /// Takes the name of the group.
    static String readGroup(Options options) throws InvalidOptionException {
        return SCHEMA.read(options, Dialect.NODE);
    }

    private static String named(@Nullable String group) throws InvalidOptionException {
        if (group == null) {
            throw new InvalidOptionException("Please specify a throttle group");
        }
        return group;
    }
}
