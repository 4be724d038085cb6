package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.List;
import java.util.Set;

/// A filter that writes down every change of its file, so that the file's states can be replayed
/// (Linux's documentation, "dm-log-writes").
public final class BlklogwritesDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "blklogwrites";

    private static final Set<ChildRole> FILE_ROLES = Set.of(ChildRole.FILTERED, ChildRole.PRIMARY);
    private static final Set<ChildRole> LOG_ROLES = Set.of(ChildRole.METADATA);

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
        return BlklogwritesOptions.SCHEMA;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options options = context.options();
        Options identity = identity(options);
        BlklogwritesOptions own = BlklogwritesOptions.SCHEMA.read(options, Dialect.NODE);
        Child file = context.openChild("file", FILE_ROLES);
        Child log = context.openChild("log", LOG_ROLES);
        if (own.append() && own.hasSectorSize()) {
            throw new InvalidOptionException(
                    "log-append and log-sector-size are mutually exclusive");
        }
        WriteLog writes = own.append() ? WriteLog.resume(log, own) : WriteLog.begin(log, own);
        return new BlklogwritesInstance(context.node(), file, log, writes, identity);
    }

    private static Options identity(Options options) {
        Options identity = new Options();
        for (String name :
                List.of(
                        BlklogwritesOptions.APPEND,
                        BlklogwritesOptions.SECTOR_SIZE,
                        BlklogwritesOptions.UPDATE_INTERVAL)) {
            JsonValue value = options.get(name);
            if (value != null) {
                identity.put(name, value);
            }
        }
        return identity;
    }
}
