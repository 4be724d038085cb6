package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostPath;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Optional;
import java.util.Set;

/// Block and character devices of the host, CD drives among them.
public final class HostDeviceDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "host_device";

    /// The driver's name for CD drives. They are opened as other devices are.
    public static final String CDROM = "host_cdrom";

    private final String name;

    /// @param name `NAME` or `CDROM`
    public HostDeviceDriver(String name) {
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
        return FileOptions.SCHEMA;
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(name);
    }

    @Override
    public int probeFilename(String filename) {
        if (name.equals(CDROM)) {
            return 0;
        }
        try {
            return HostPath.stat(filename).filter(HostDeviceDriver::isDevice).isPresent() ? 100 : 0;
        } catch (BlockException _) {
            // What cannot be looked at is left to the opening, which says why.
            return 0;
        }
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(DeviceCreation.SCHEMA);
    }

    @Override
    public void create(CreateContext context) throws BlockException {
        DeviceCreation.create(name, path(context.filename()), context.options());
    }

    private static boolean isDevice(FileStat stat) {
        return stat.kind() == FileStat.Kind.BLOCK_DEVICE
                || stat.kind() == FileStat.Kind.CHARACTER_DEVICE;
    }

    @Override
    public void parseFilename(String filename, Options into) {
        into.put("filename", path(filename));
    }

    /// The path in a filename that may start with the driver's name.
    private String path(String filename) {
        String prefix = name.concat(":");
        return filename.startsWith(prefix) ? filename.substring(prefix.length()) : filename;
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        return FileOpener.open(
                context, name, (filename, stat) -> requireDevice(name, filename, stat));
    }

    static void requireDevice(String name, String filename, FileStat stat) throws BlockException {
        if (!isDevice(stat)) {
            throw new BlockException(
                    Errno.EINVAL,
                    "'"
                            + name
                            + "' driver requires '"
                            + filename
                            + "' to be either a character or block device");
        }
    }
}
