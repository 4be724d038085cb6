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

/// The driver of one job's filter over the child `backing`.
public final class JobFilterDriver implements BlockDriver {
    /// The option that names the child.
    public static final String CHILD = "backing";

    private static final Set<ChildRole> SHOWN = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final OptionSchema<Boolean> SCHEMA =
            OptionSchema.of(OptionList.of(), in -> true);

    /// Makes the open filter.
    @FunctionalInterface
    public interface Opener {
        /// @param shown the child that the filter shows
        DriverInstance open(Child shown, OpenContext context) throws BlockException;
    }

    private final String name;
    private final Opener opener;

    /// @param name the driver's name: `commit_top`, `mirror_top`
    public JobFilterDriver(String name, Opener opener) {
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
        return opener.open(context.openChild(CHILD, SHOWN), context);
    }
}
