package io.cairn.cli.image;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverProvider;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.protocol.tls.TlsObjects;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The images that one run of a tool opens, in a graph of its own that follows every name, as users
/// of the tools know it.
public final class Images implements AutoCloseable {
    /// The drivers that the tools know without looking for others.
    public static final List<DriverProvider> BUILT_IN =
            List.of(new FormatDrivers(), new ProtocolDrivers(), new FilterDrivers());

    private final Invocation invocation;
    private final Messages messages;
    private final BlockGraph graph;

    /// A graph with the built-in drivers.
    public Images(Invocation invocation, Messages messages) {
        this.invocation = invocation;
        this.messages = messages;
        graph = new BlockGraph(new DriverRegistry(BUILT_IN), FollowPolicy.EVERYTHING);
        TlsObjects.addTo(graph.objects());
        graph.setWarningSink(this::warn);
        graph.listen(this::happened);
    }

    /// One that begins in capitals stands for itself; others get the program's name in front.
    private void warn(String text) {
        if (text.startsWith("WARNING: ")) {
            messages.line(text);
        } else {
            messages.error(text);
        }
    }

    private void happened(BlockEvent event) {
        if (event instanceof BlockEvent.ImageCorrupted corrupted) {
            CorruptionReport.print(corrupted, messages);
        } else if (event instanceof BlockEvent.ContentMismatch mismatch) {
            Verification.fail(mismatch, messages, invocation.out());
        }
    }

    /// The graph in which images are opened.
    public BlockGraph graph() {
        return graph;
    }

    /// Makes an object as `--object` asks for.
    public void addObject(String text) throws ToolException {
        try {
            ObjectArgument.create(text, graph.objects(), invocation.out());
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    /// Takes one of the options of {@link PassphraseArgument}.
    ///
    /// @param value the option's argument, empty if it has none
    public void addPassphrase(String option, String value) throws ToolException {
        PassphraseArgument.accept(option, value, graph.objects());
    }

    /// Opens an image as the command line says.
    ///
    /// @param name a filename, or with `--image-opts` the options
    public BlockBackend open(ImageArguments arguments, String name, OpenMode mode)
            throws ToolException {
        if (!arguments.isOptions()) {
            return openFile(name, arguments.format(), arguments.forceShare(), mode);
        }
        if (arguments.format() != null) {
            throw ToolException.of("--image-opts and --format are mutually exclusive");
        }
        return openOptions(name, arguments.forceShare(), mode);
    }

    /// Opens an image by its filename.
    ///
    /// @param format the driver, or null to probe for it
    /// @param forceShare whether others may write to the image meanwhile
    public BlockBackend openFile(
            String filename, @Nullable String format, boolean forceShare, OpenMode mode)
            throws ToolException {
        return openFile(filename, format, forceShare, mode, new Options());
    }

    /// The same with further options.
    ///
    /// @param further options of the format, by their names in a node
    public BlockBackend openFile(
            String filename,
            @Nullable String format,
            boolean forceShare,
            OpenMode mode,
            Options further)
            throws ToolException {
        Options options = new Options(further);
        if (format != null) {
            options.put("driver", format);
        }
        if (forceShare) {
            options.put("force-share", true);
        }
        return open(filename, mode.request(filename, options), mode);
    }

    /// Opens an image by the text of its options, as after `--image-opts`.
    ///
    /// @param forceShare whether others may write to the image meanwhile
    public BlockBackend openOptions(String text, boolean forceShare, OpenMode mode)
            throws ToolException {
        Keyval parsed = Keyval.parseOpts(text, "file");
        for (String warning : parsed.warnings()) {
            messages.warning(warning);
        }
        Options options = parsed.toNodeOptions();
        if (forceShare) {
            String given = options.getString("force-share");
            if (given != null && !given.equals("on")) {
                throw ToolException.of("--force-share/-U conflicts with image options");
            }
            options.put("force-share", true);
        }
        return open(text, mode.request(null, options), mode);
    }

    private BlockBackend open(String name, OpenRequest request, OpenMode mode)
            throws ToolException {
        try {
            BlockBackend backend =
                    graph.open(request, mode.needed(), mode.shared(isShared(request)));
            backend.setWriteThrough(mode.writeThrough());
            return backend;
        } catch (BlockException e) {
            throw ToolException.of("Could not open '" + name + "'", e);
        }
    }

    private static boolean isShared(OpenRequest request) {
        return request.options().contains("force-share");
    }

    /// Closes the graph with all that was opened in it.
    ///
    /// @throws ToolException if something that was cached could not be written
    @Override
    public void close() throws ToolException {
        graph.close();
        BlockException failure = graph.takeCloseFailure().orElse(null);
        if (failure != null) {
            throw ToolException.of(failure);
        }
    }
}
