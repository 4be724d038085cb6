package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// A driver of filters over one child, `file`.
abstract class FilterDriver implements BlockDriver {
    /// What a child is to a filter that shows its data.
    static final Set<ChildRole> SHOWN = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);

    /// The schema of a filter without options of its own.
    static final OptionSchema<Boolean> NO_OPTIONS = OptionSchema.of(OptionList.of(), in -> true);

    private final String name;

    FilterDriver(String name) {
        this.name = name;
    }

    static Child openFile(OpenContext context) throws BlockException {
        return context.openChild("file", SHOWN);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FILTER;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return NO_OPTIONS;
    }
}
