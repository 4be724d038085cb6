package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.OpenContext;

/// A filter under a format that grows its file: it grows the file by large preallocated pieces, and
/// cuts off what was not needed when it is closed.
public final class PreallocateDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "preallocate";

    public PreallocateDriver() {
        super(NAME);
    }

    @Override
    public OptionSchema<?> openSchema() {
        return PreallocateOptions.SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = openFile(context);
        PreallocateOptions options =
                PreallocateOptions.SCHEMA.read(context.options(), Dialect.NODE);
        return new PreallocateInstance(file, options);
    }
}
