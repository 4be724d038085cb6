package io.cairn.cli.qmp;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.qmp.daemon.StorageDaemon;
import io.cairn.testimages.PeerPrograms;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A server of QMP on a unix socket: our daemon within this process, or the peer's.
abstract class TestServer implements AutoCloseable {
    private static final String PEER = "qemu-storage-daemon";

    /// Whose.
    enum Kind {
        OURS,
        PEERS;

        boolean isInstalled() {
            return this == OURS || PeerPrograms.isInstalled(PEER);
        }
    }

    private final Path socket;

    private TestServer(Path socket) {
        this.socket = socket;
    }

    static TestServer start(Kind kind, Path directory) throws Exception {
        Path socket = directory.resolve("qmp.sock");
        return switch (kind) {
            case OURS -> new Ours(socket);
            case PEERS -> new Peers(socket);
        };
    }

    String address() {
        return socket.toString();
    }

    abstract void awaitQuit() throws Exception;

    @Override
    public abstract void close() throws IOException;

    private static final class Ours extends TestServer {
        private final StorageDaemon daemon =
                new StorageDaemon(
                        new BlockGraph(
                                new DriverRegistry(
                                        List.of(
                                                new FormatDrivers(),
                                                new ProtocolDrivers(),
                                                new FilterDrivers())),
                                FollowPolicy.EVERYTHING));

        /// It closes when a client lets it quit, as the tool does.
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        Ours(Path socket) throws Exception {
            super(socket);
            daemon.addChardev("socket,id=c,server=on,wait=off,path=" + socket);
            daemon.addMonitor("chardev=c");
            daemon.start();
            Workers.startDaemon("daemon", this::serve);
        }

        private void serve() {
            try {
                daemon.service().awaitQuit();
                daemon.close();
                ended.complete(null);
            } catch (InterruptedException | BlockException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        }

        @Override
        void awaitQuit() {
            ended.join();
        }

        @Override
        public void close() {
            daemon.service().quit();
            ended.join();
        }
    }

    private static final class Peers extends TestServer {
        private final Process process;

        /// The peer listens before its monitor on standard streams greets.
        Peers(Path socket) throws Exception {
            super(socket);
            process =
                    new ProcessBuilder(
                                    PEER,
                                    "--chardev",
                                    "socket,id=c,server=on,wait=off,path=" + socket,
                                    "--monitor",
                                    "chardev=c",
                                    "--chardev",
                                    "stdio,id=s",
                                    "--monitor",
                                    "chardev=s")
                            .redirectErrorStream(true)
                            .start();
            BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
            String greeting = reader.readLine();
            if (greeting == null || !greeting.contains("QMP")) {
                throw new AssertionError(greeting);
            }
        }

        @Override
        void awaitQuit() throws Exception {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the peer goes on");
            }
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly().onExit().join();
        }
    }
}
