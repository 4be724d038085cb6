package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;

/// Where and in which format an image is to be created: the drivers, and the options they take
/// together.
public final class CreationTarget {
    private final BlockGraph graph;
    private final BlockDriver format;
    private final BlockDriver protocol;
    private final String filename;
    private final OptionList options;

    private CreationTarget(
            BlockGraph graph, BlockDriver format, BlockDriver protocol, String filename)
            throws BlockException {
        this.graph = graph;
        this.format = format;
        this.protocol = protocol;
        this.filename = filename;
        OptionList own = creationOptions(format, "Format");
        options = own.plus(creationOptions(protocol, "Protocol"));
    }

    /// Finds the drivers.
    ///
    /// @param format the name of the format's driver
    /// @param filename a path, or a protocol's filename
    /// @throws BlockException if there is no such driver, or one that does not create images
    public static CreationTarget of(BlockGraph graph, String format, String filename)
            throws BlockException {
        BlockDriver driver = formatDriver(graph, format);
        BlockDriver protocol = graph.protocolOf(filename, true);
        return new CreationTarget(graph, driver, protocol, filename);
    }

    /// The options that a format alone takes to create an image.
    public static OptionList formatOptions(BlockGraph graph, String format) throws BlockException {
        return creationOptions(formatDriver(graph, format), "Format");
    }

    private static BlockDriver formatDriver(BlockGraph graph, String format)
            throws InvalidOptionException {
        return graph.drivers()
                .find(format)
                .orElseThrow(
                        () -> new InvalidOptionException("Unknown file format '" + format + "'"));
    }

    private static OptionList creationOptions(BlockDriver driver, String kind)
            throws BlockException {
        OptionSchema<?> schema = driver.createSchema().orElse(null);
        if (schema == null) {
            throw new BlockException(
                    Errno.ENOTSUP,
                    kind + " driver '" + driver.name() + "' does not support image creation");
        }
        return schema.list();
    }

    /// The options that the format and the protocol take.
    public OptionList options() {
        return options;
    }

    /// The format's driver.
    public BlockDriver format() {
        return format;
    }

    /// The name of the image.
    public String filename() {
        return filename;
    }

    /// Creates the image.
    ///
    /// If this fails, a file that did not exist before is taken away again, and so is one that did
    /// if it has been overwritten.
    ///
    /// @param given what {@link #options()} parsed, `size` among them
    public void create(Options given) throws BlockException {
        try (Creation creation = new Creation(graph, protocol, filename, new Options(given))) {
            format.create(creation);
            creation.finish();
        }
    }
}
