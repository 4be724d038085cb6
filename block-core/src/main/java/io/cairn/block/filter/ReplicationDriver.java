package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.OpenContext;

/// A filter at one of the two sides between which a disk is replicated at checkpoints
/// (`docs/block-replication.txt`). What it does is started and stopped through {@link Replication}.
public final class ReplicationDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "replication";

    public ReplicationDriver() {
        super(NAME);
    }

    @Override
    public OptionSchema<?> openSchema() {
        return ReplicationOptions.SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = openFile(context);
        return new ReplicationInstance(
                file, ReplicationOptions.SCHEMA.read(context.options(), Dialect.NODE));
    }
}
