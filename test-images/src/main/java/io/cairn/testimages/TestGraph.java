package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.block.spi.DriverProvider;

import java.util.ArrayList;
import java.util.List;

/// A graph over a {@link MemoryHost}, for tests.
public final class TestGraph implements AutoCloseable {
    /// Writable, discards passed on.
    public static final NodeFlags WRITABLE =
            NodeFlags.READ_ONLY.withReadOnly(false).withUnmap(true);

    private final MemoryHost host;
    private final BlockGraph graph;

    /// A graph with the host's driver and those of the providers; it follows the names that images
    /// hold.
    public TestGraph(MemoryHost host, DriverProvider... providers) {
        List<DriverProvider> all = new ArrayList<>(List.of(providers));
        all.add(host);
        this.host = host;
        this.graph = new BlockGraph(new DriverRegistry(all), FollowPolicy.EVERYTHING);
    }

    /// The graph itself.
    public BlockGraph graph() {
        return graph;
    }

    /// The files that the graph stands on.
    public MemoryHost host() {
        return host;
    }

    /// Opens an image of the host for reading and writing.
    public BlockBackend open(String driver, String name) throws BlockException {
        return open(driver, name, new Options());
    }

    /// The same with further options.
    public BlockBackend open(String driver, String name, Options options) throws BlockException {
        OpenRequest request =
                new OpenRequest(
                        "mem:" + name, new Options(options).put("driver", driver), WRITABLE, true);
        return graph.open(request, Permissions.ALL, Permissions.ALL);
    }

    /// Makes an image in a new file of the host.
    ///
    /// @param options creation options by their command-line names, `size` among them
    public void create(String driver, String name, Options options) throws BlockException {
        BlockDriver format = graph.drivers().find(driver).orElseThrow();
        host.put(name, new MemoryStorage());
        BlockNode node =
                graph.add(
                        new OpenRequest(
                                "mem:" + name,
                                new Options().put("driver", MemoryHost.DRIVER),
                                WRITABLE,
                                true));
        try (BlockBackend backend = graph.newBackend("", node, Permissions.ALL, Permissions.ALL)) {
            format.create(new Creation(name, options, backend));
        } finally {
            graph.remove(node.name());
        }
    }

    @Override
    public void close() {
        graph.close();
    }

    private final class Creation implements CreateContext {
        private final String name;
        private final Options options;
        private final BlockBackend backend;

        Creation(String name, Options options, BlockBackend backend) {
            this.name = name;
            this.options = options;
            this.backend = backend;
        }

        @Override
        public Options options() {
            return options;
        }

        @Override
        public String filename() {
            return "mem:" + name;
        }

        @Override
        public Child file(Options protocolOptions) {
            Child root = backend.root();
            if (root == null) {
                throw new IllegalStateException("closed");
            }
            return root;
        }

        @Override
        public Child dataFile(String filename, Options protocolOptions) {
            throw new UnsupportedOperationException("data files");
        }

        @Override
        public ObjectRegistry objects() {
            return graph.objects();
        }
    }
}
