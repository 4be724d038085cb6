package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Option;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// One creation of an image by its filename: makes the files that the format writes itself into,
/// and takes them away again unless it {@linkplain #finish() comes to its end}. That includes files
/// that were there before, once they are overwritten: what they held is lost by then.
final class Creation implements CreateContext, AutoCloseable {
    private static final NodeFlags WRITABLE = NodeFlags.READ_ONLY.withReadOnly(false);
    private static final Permissions NEEDED =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE, Permission.RESIZE);

    private final BlockGraph graph;
    private final BlockDriver protocol;
    private final String filename;
    private final Options options;
    private final List<BlockBackend> storages = new ArrayList<>();
    private final List<NewFile> files = new ArrayList<>();
    private final List<NewFile> overwritten = new ArrayList<>();
    private boolean finished;

    Creation(BlockGraph graph, BlockDriver protocol, String filename, Options options) {
        this.graph = graph;
        this.protocol = protocol;
        this.filename = filename;
        this.options = options;
    }

    @Override
    public Options options() {
        return options;
    }

    @Override
    public String filename() {
        return filename;
    }

    @Override
    public Child file(Options protocolOptions) throws BlockException {
        return make(protocol, filename, protocolOptions);
    }

    @Override
    public Child dataFile(String name, Options protocolOptions) throws BlockException {
        return make(graph.protocolOf(name, true), name, protocolOptions);
    }

    @Override
    public ObjectRegistry objects() {
        return graph.objects();
    }

    private Child make(BlockDriver driver, String name, Options given) throws BlockException {
        NewFile file = NewFile.of(driver, name);
        files.add(file);
        driver.create(new Storage(name, declared(driver, given), graph.objects()));
        overwritten.add(file);
        OpenRequest request =
                new OpenRequest(name, new Options().put("driver", driver.name()), WRITABLE, false);
        BlockBackend backend = graph.open(request, NEEDED, Permissions.ALL);
        storages.add(backend);
        Child root = backend.root();
        if (root == null) {
            throw new IllegalStateException("a backend without its node");
        }
        return root;
    }

    /// Those of the options that the driver takes; the others are the format's.
    private static Options declared(BlockDriver driver, Options given) {
        Options own = new Options();
        if (driver.createSchema().isPresent()) {
            for (Option option : driver.createSchema().get().list().options()) {
                @Nullable JsonValue value = given.get(option.name());
                if (value != null) {
                    own.put(option.name(), value);
                }
            }
        }
        return own;
    }

    /// Keeps what was made.
    void finish() throws BlockException {
        for (BlockBackend storage : storages) {
            storage.flush();
        }
        finished = true;
    }

    @Override
    public void close() throws BlockException {
        for (BlockBackend storage : storages.reversed()) {
            storage.close();
        }
        if (!finished) {
            files.forEach(NewFile::removeIfNew);
            overwritten.forEach(NewFile::remove);
        }
    }

    /// What a protocol driver is given to make a file.
    private record Storage(String filename, Options options, ObjectRegistry objects)
            implements CreateContext {
        @Override
        public Child file(Options protocolOptions) throws BlockException {
            throw noStorage();
        }

        @Override
        public Child dataFile(String name, Options protocolOptions) throws BlockException {
            throw noStorage();
        }

        private static BlockException noStorage() {
            return new BlockException(Errno.EINVAL, "A protocol's file has no storage below it");
        }
    }
}
