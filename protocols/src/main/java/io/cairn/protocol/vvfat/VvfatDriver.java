package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Set;

/// A directory of the host as a disk with a FAT filesystem.
public final class VvfatDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "vvfat";

    /// The prefix of its filenames.
    public static final String PREFIX = "fat";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public OptionSchema<?> openSchema() {
        return VvfatOptions.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(PREFIX);
    }

    @Override
    public void parseFilename(String filename, Options into) throws BlockException {
        VvfatOptions.parseFilename(filename, into);
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Options identity = VvfatOptions.identity(context.options());
        VvfatOptions options = VvfatOptions.SCHEMA.read(context.options(), Dialect.NODE);
        String dir = options.requiredDir();
        Geometry geometry = options.geometry();
        byte[] label = options.labelBytes();
        if (!options.rw()) {
            context.downgradeToReadOnly("Image is read-only");
        } else if (context.flags().readOnly()) {
            throw new BlockException(
                    Errno.EACCES, "Unable to set VVFAT to 'rw' when drive is read-only");
        }
        HostFolder folder = HostFolder.open(dir);
        try {
            Volume volume = Volume.read(folder, geometry, label, context::warn);
            return new VvfatInstance(volume, identity, options.rw());
        } catch (BlockException e) {
            folder.close();
            throw e;
        }
    }
}
