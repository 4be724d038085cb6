package io.cairn.job.create;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Has a driver make an image (QMP reference manual, "blockdev-create"). It finalizes itself and
/// stays listed until it is dismissed.
///
/// A protocol makes the file that the option `filename` names; a format writes itself into an open
/// node.
public final class CreateJob extends Job {
    private static final Permissions NEEDED =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE);

    private final BlockGraph graph;
    private final BlockDriver driver;
    private final Options options;
    private final @Nullable Source file;
    private final @Nullable Source dataFile;

    /// What an image is written into.
    @FunctionalInterface
    public interface Source {
        /// Opens it; the job closes it when it is over.
        BlockBackend open(Permissions needed) throws BlockException;
    }

    private CreateJob(
            BlockGraph graph,
            JobScheduler scheduler,
            String id,
            BlockDriver driver,
            Options options,
            @Nullable Source file,
            @Nullable Source dataFile)
            throws BlockException {
        super(scheduler, JobSettings.of(id).withAutoDismiss(false), null);
        this.graph = graph;
        this.driver = driver;
        this.options = options;
        this.file = file;
        this.dataFile = dataFile;
        setLength(1);
    }

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}.
    ///
    /// @param options the driver's creation options by their command-line names
    /// @param file the node into which a format writes itself
    /// @param dataFile the node that is to hold the guest's data if that is not `file`
    public static CreateJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            String id,
            BlockDriver driver,
            Options options,
            @Nullable BlockNode file,
            @Nullable BlockNode dataFile)
            throws BlockException {
        return create(
                graph,
                scheduler,
                id,
                driver,
                options,
                sourceOf(graph, file),
                sourceOf(graph, dataFile));
    }

    private static @Nullable Source sourceOf(BlockGraph graph, @Nullable BlockNode node) {
        return node == null ? null : needed -> graph.newBackend("", node, needed, Permissions.ALL);
    }

    /// The same for storage that the job finds or opens itself, and fails if it cannot.
    public static CreateJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            String id,
            BlockDriver driver,
            Options options,
            @Nullable Source file,
            @Nullable Source dataFile)
            throws BlockException {
        CreateJob job = new CreateJob(graph, scheduler, id, driver, options, file, dataFile);
        scheduler.add(job);
        return job;
    }

    @Override
    public String type() {
        return "create";
    }

    @Override
    public boolean isBlockJob() {
        return false;
    }

    @Override
    protected String errorText(BlockException e) {
        return e.getMessage();
    }

    @Override
    protected void run() throws BlockException {
        checkpoint();
        try (Storage storage = new Storage()) {
            driver.create(storage);
            storage.flush();
        } finally {
            advance(1);
        }
    }

    /// What the driver is given to write itself into.
    private final class Storage implements CreateContext, AutoCloseable {
        private final List<BlockBackend> backends = new ArrayList<>();

        @Override
        public Options options() {
            return new Options(options);
        }

        @Override
        public String filename() {
            String named = options.getString("filename");
            return named == null ? "" : named;
        }

        @Override
        public Child file(Options protocolOptions) throws BlockException {
            return use("file", file);
        }

        @Override
        public boolean makesFile() {
            return false;
        }

        @Override
        public Child dataFile(String name, Options protocolOptions) throws BlockException {
            return use("data-file", dataFile);
        }

        @Override
        public ObjectRegistry objects() {
            return graph.objects();
        }

        private Child use(String option, @Nullable Source source) throws BlockException {
            if (source == null) {
                throw new InvalidOptionException("Parameter '" + option + "' is missing");
            }
            BlockBackend backend = source.open(NEEDED);
            backends.add(backend);
            Child root = backend.root();
            if (root == null) {
                throw new IllegalStateException("a backend without its node");
            }
            return root;
        }

        void flush() throws BlockException {
            for (BlockBackend backend : backends) {
                backend.flush();
            }
        }

        @Override
        public void close() {
            backends.reversed().forEach(BlockBackend::close);
        }
    }
}
