package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.FilenameSyntax;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// Creates an image: first everything is looked up and completed, then written.
public final class CreateImage {
    private static final String SIZE = "size";
    private static final String BACKING_FILE = "backing_file";
    private static final String BACKING_FORMAT = "backing_fmt";

    private final CreationTarget target;
    private final Options options;

    private CreateImage(CreationTarget target, Options options) {
        this.target = target;
        this.options = options;
    }

    /// Checks a request and completes its options: the size is taken from the backing file if it is
    /// not given. Nothing is written yet.
    ///
    /// @throws MissingFormatException if a backing file is given without its format
    public static CreateImage prepare(BlockGraph graph, CreateRequest request)
            throws BlockException {
        CreationTarget target = CreationTarget.of(graph, request.format(), request.filename());
        Options options = target.options().parse(request.options());
        if (request.size() >= 0) {
            if (options.contains(SIZE)) {
                throw new InvalidOptionException("The image size must be specified only once");
            }
            options.put(SIZE, Long.toString(request.size()));
        }
        setBacking(target, request, options);
        String backing = options.getString(BACKING_FILE);
        if (backing != null) {
            lookAtBacking(graph, request, backing, options);
        }
        if (!options.contains(SIZE)) {
            throw new InvalidOptionException("Image creation needs a size parameter");
        }
        return new CreateImage(target, options);
    }

    private static void setBacking(CreationTarget target, CreateRequest request, Options options)
            throws InvalidOptionException {
        put(target, options, BACKING_FILE, request.backing(), "Backing file");
        put(target, options, BACKING_FORMAT, request.backingFormat(), "Backing file format");
        String backing = options.getString(BACKING_FILE);
        if (backing == null) {
            return;
        }
        if (backing.isEmpty()) {
            throw new InvalidOptionException("Expected backing file name, got empty string");
        }
        if (backing.equals(request.filename())) {
            throw new InvalidOptionException(
                    "Error: Trying to create an image with the same filename as the backing file");
        }
    }

    private static void put(
            CreationTarget target,
            Options options,
            String name,
            @Nullable String value,
            String what)
            throws InvalidOptionException {
        if (value == null) {
            return;
        }
        if (target.options().find(name) == null) {
            throw new InvalidOptionException(
                    what + " not supported for file format '" + target.format().name() + "'");
        }
        options.put(name, value);
    }

    private static void lookAtBacking(
            BlockGraph graph, CreateRequest request, String backing, Options options)
            throws BlockException {
        String format = options.getString(BACKING_FORMAT);
        if (!request.opensBacking()) {
            if (format == null) {
                throw new MissingFormatException("");
            }
            return;
        }
        String resolved = FilenameSyntax.resolveBacking(request.filename(), backing);
        // A machine may run on the backing file: only its length and format are looked at.
        NodeFlags flags = NodeFlags.READ_ONLY.withNoIo(true).withForceShare(true);
        OpenRequest open = OpenRequest.of(resolved).withFlags(flags);
        try (BlockBackend backend =
                graph.open(
                        format == null ? open : open.withFormat(format),
                        Permissions.NONE,
                        Permissions.ALL)) {
            if (format == null) {
                throw new MissingFormatException(backend.node().driver());
            }
            if (!options.contains(SIZE)) {
                options.put(SIZE, Long.toString(backend.length()));
            }
        } catch (MissingFormatException e) {
            throw e;
        } catch (BlockException e) {
            throw withFurtherHint(e, "Could not open backing image.");
        }
    }

    private static BlockException withFurtherHint(BlockException failure, String line) {
        return failure.withHint(failure.hint().map(hint -> hint + "\n" + line).orElse(line));
    }

    /// What will be created, in the line that users of the tools know: `Formatting 'a.qcow2',
    /// fmt=qcow2 cluster_size=65536 …`.
    public String description() throws BlockException {
        OptionList list = target.options();
        return "Formatting '"
                + target.filename()
                + "', fmt="
                + target.format().name()
                + " "
                + list.describe(options);
    }

    /// Creates the image; see {@link CreationTarget#create}.
    public void run() throws BlockException {
        try {
            target.create(options);
        } catch (BlockException e) {
            throw e.errno() == Errno.EFBIG ? tooLarge(e) : e;
        }
    }

    private BlockException tooLarge(BlockException cause) {
        String advice =
                target.options().find("cluster_size") == null
                        ? ""
                        : " (try using a larger cluster size)";
        BlockException failure =
                new BlockException(
                        Errno.EFBIG,
                        "The image size is too large for file format '"
                                + target.format().name()
                                + "'"
                                + advice);
        failure.initCause(cause);
        return failure;
    }
}
