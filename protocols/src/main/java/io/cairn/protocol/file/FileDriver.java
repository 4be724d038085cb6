package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.os.FileStat;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.OpenContext;

import java.util.Optional;
import java.util.Set;

/// Regular files of the host.
public final class FileDriver implements BlockDriver {
    /// The driver's name.
    public static final String NAME = "file";

    private static final String PREFIX = "file:";

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
        return FileOptions.SCHEMA;
    }

    @Override
    public Optional<OptionSchema<?>> createSchema() {
        return Optional.of(CreateOptions.SCHEMA);
    }

    @Override
    public Set<String> filenamePrefixes() {
        return Set.of(NAME);
    }

    @Override
    public void parseFilename(String filename, Options into) {
        into.put("filename", path(filename));
    }

    /// The path in a filename that may start with `file:`, such that by itself it names no other
    /// protocol.
    private static String path(String filename) {
        String path = filename.startsWith(PREFIX) ? filename.substring(PREFIX.length()) : filename;
        return FilenameSyntax.protocol(path) == null ? path : "./".concat(path);
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        return FileOpener.open(context, NAME, FileDriver::requireRegular);
    }

    private static void requireRegular(String filename, FileStat stat) throws BlockException {
        if (stat.kind() != FileStat.Kind.REGULAR) {
            throw new BlockException(
                    Errno.EINVAL,
                    "'" + NAME + "' driver requires '" + filename + "' to be a regular file");
        }
    }

    @Override
    public void create(CreateContext context) throws BlockException {
        FileCreation.create(path(context.filename()), context.options());
    }
}
