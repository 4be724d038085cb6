package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// A filter by which a recorded execution of a machine is replayed. There is no recording here, so
/// that it shows its image as it is.
public final class BlkreplayDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "blkreplay";

    private static final Set<ChildRole> ROLES = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final OptionSchema<String> SCHEMA = OptionSchema.of(OptionList.EMPTY, _ -> NAME);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FILTER;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        return new BlkreplayInstance(context.openChild("image", ROLES));
    }
}
