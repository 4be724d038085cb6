package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// A disk in memory behind a server on a unix socket, for tests.
final class ServedDisk implements AutoCloseable {
    final MemoryHost host;
    final BlockBackend disk;
    final Path socket;

    /// The threads that a connection holds at present.
    final AtomicInteger working = new AtomicInteger();

    private final Executor threads = Workers.pool("served", 1);

    private final TestGraph served;
    private final BlockGraph clients =
            new BlockGraph(new DriverRegistry(List.of(new ProtocolDrivers())));
    private NbdServer server;

    ServedDisk(Path folder, int length) throws BlockException {
        this(folder, length, new Options().put("driver", "raw").put("file", "mem"));
    }

    /// @param options of the node above the memory, which is named `mem`
    ServedDisk(Path folder, int length, Options options) throws BlockException {
        this(folder, length, options, new MemoryHost());
    }

    /// @param host may hold more for the options to name
    ServedDisk(Path folder, int length, Options options, MemoryHost host) throws BlockException {
        this.host = host;
        served = new TestGraph(host, new FormatDrivers(), new FilterDrivers());
        socket = folder.resolve("nbd.sock");
        host.put("disk", new MemoryStorage(new byte[length]));
        served.graph()
                .add(
                        new OpenRequest(
                                "mem:disk",
                                new Options()
                                        .put("driver", MemoryHost.DRIVER)
                                        .put("node-name", "mem"),
                                TestGraph.WRITABLE,
                                true));
        disk =
                served.graph()
                        .open(
                                new OpenRequest(null, options, TestGraph.WRITABLE, true),
                                Permissions.ALL,
                                Permissions.ALL);
        server = start(ServerOptions.DEFAULT, export -> export);
    }

    private NbdServer start(ServerOptions options, UnaryOperator<NbdExport> change)
            throws BlockException {
        NbdServer started =
                new NbdServer(
                        options,
                        body ->
                                threads.execute(() -> {
                                    working.incrementAndGet();
                                    try {
                                        body.run();
                                    } finally {
                                        working.decrementAndGet();
                                    }
                                }));
        started.addExport(change.apply(NbdExport.of("", disk, true)));
        started.listen(HostListener.open(SocketEndpoint.Unix.of(socket.toString()), 64));
        return started;
    }

    /// Ends the server and starts another one.
    void restart(ServerOptions options, UnaryOperator<NbdExport> change) throws BlockException {
        server.close();
        server = start(options, change);
    }

    void stop() throws BlockException {
        server.close();
    }

    int connectionCount() {
        return server.connectionCount();
    }

    /// Opens the disk through the server.
    BlockBackend connect(Options more) throws BlockException {
        Options options =
                new Options().put("driver", "nbd").put("path", socket.toString()).putAll(more);
        return clients.open(
                new OpenRequest(null, options, TestGraph.WRITABLE, true),
                Permissions.ALL,
                Permissions.ALL);
    }

    BlockBackend connect() throws BlockException {
        return connect(new Options());
    }

    @Override
    public void close() throws BlockException {
        clients.close();
        server.close();
        served.close();
    }
}
