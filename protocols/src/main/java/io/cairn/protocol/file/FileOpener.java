package io.cairn.protocol.file;

import io.cairn.block.Aio;
import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.Dialect;
import io.cairn.block.os.FdSets;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;
import io.cairn.block.spi.OpenContext;

/// Opens the host file of a node.
final class FileOpener {
    private FileOpener() {}

    /// Refuses a file of a kind that the driver is not for.
    @FunctionalInterface
    interface KindCheck {
        void require(String filename, FileStat stat) throws BlockException;
    }

    static FileInstance open(OpenContext context, String driver, KindCheck check)
            throws BlockException {
        FileOptions options = FileOptions.SCHEMA.read(context.options(), Dialect.NODE);
        String filename = options.filename();
        if (filename == null || filename.isEmpty()) {
            throw new InvalidOptionException(
                    "The '" + driver + "' block driver requires a file name");
        }
        if (options.prManager() != null) {
            throw new InvalidOptionException(
                    "No persistent reservation manager with id '" + options.prManager() + "'");
        }
        requireDirectForNative(options, context.flags());
        HostFile file = openHostFile(context, filename, options);
        try {
            FileStat stat = file.stat();
            check.require(filename, stat);
            return new FileInstance(filename, options, context.flags(), file, stat.kind());
        } catch (BlockException e) {
            file.close();
            throw e;
        }
    }

    static void requireDirectForNative(FileOptions options, NodeFlags flags)
            throws InvalidOptionException {
        if (options.aio(flags) == Aio.NATIVE && !flags.direct()) {
            throw new InvalidOptionException(
                    "aio=native was specified, but it requires cache.direct=on, which was not"
                            + " specified.");
        }
    }

    /// How the host file of a node is opened.
    static OpenFlags openFlags(FileOptions options, NodeFlags flags, boolean writable) {
        return OpenFlags.READ_ONLY
                .withWritable(writable)
                .withDirect(flags.direct())
                .withAio(options.aio(flags));
    }

    /// Opens read-only what may become writable by itself later, and what cannot be written but may
    /// fall back.
    private static HostFile openHostFile(OpenContext context, String filename, FileOptions options)
            throws BlockException {
        NodeFlags flags = context.flags();
        boolean writable = !flags.readOnly() && !flags.autoReadOnly();
        HostFile.demand(options.aio(context.flags()));
        try {
            return HostFile.open(filename, openFlags(options, flags, writable));
        } catch (BlockException e) {
            throw FdSets.isName(filename) ? e : e.prefixed("Could not open '" + filename + "'");
        }
    }
}
