package io.cairn.protocol.nullco;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// Storage that takes everything and keeps nothing, to measure what stands above it.
///
/// The drivers `null-co` and `null-aio` differ in name only.
public final class NullDriver implements BlockDriver {
    private final String name;

    /// The driver of the given name.
    public NullDriver(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return NullOptions.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(name);
    }

    @Override
    public void parseFilename(String filename, Options into) throws BlockException {
        if (!filename.equals(filename())) {
            throw new InvalidOptionException(
                    "The only allowed filename for this driver is '" + filename() + "'");
        }
    }

    private String filename() {
        return name + "://";
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options given = new Options(context.options());
        NullOptions options = NullOptions.SCHEMA.read(context.options(), Dialect.NODE);
        return new NullInstance(filename(), options.withIdentity(given));
    }
}
