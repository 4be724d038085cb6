package io.cairn.job.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;
import java.util.function.Function;

/// The driver of one job's filter over the child `backing`.
public final class JobFilterDriver implements BlockDriver {
    /// The option that names the child.
    public static final String CHILD = "backing";

    private static final Set<ChildRole> SHOWN = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final OptionSchema<Boolean> SCHEMA =
            OptionSchema.of(OptionList.of(), in -> true);

    private final String name;
    private final Function<Child, ? extends DriverInstance> opener;

    /// @param name the driver's name: `commit_top`, `mirror_top`
    /// @param opener makes the open filter on its child
    public JobFilterDriver(String name, Function<Child, ? extends DriverInstance> opener) {
        this.name = name;
        this.opener = opener;
    }

    @Override
    public String name() {
        return name;
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
        return opener.apply(context.openChild(CHILD, SHOWN));
    }
}
