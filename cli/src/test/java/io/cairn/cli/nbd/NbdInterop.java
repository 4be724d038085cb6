package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.image.Images;
import io.cairn.cli.img.ImgTool;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// A disk that a server of ours exports in this process, and others' programs to use it or to serve
/// others.
abstract class NbdInterop {
    static final int LENGTH = 3 << 20;
    static final long SEED = Long.getLong("cairn.seed", 20_261_126L);

    @TempDir Path folder;
    Path image;
    Path content;
    BlockGraph graph;
    NbdServer server;
    String uri;

    @BeforeEach
    void serve() throws IOException {
        byte[] bytes = new byte[LENGTH];
        new Random(SEED).nextBytes(bytes);
        Arrays.fill(bytes, 1 << 20, 2 << 20, (byte) 0);
        content = Files.write(folder.resolve("content"), bytes);
        image = Files.write(folder.resolve("image"), new byte[LENGTH]);
        graph = new BlockGraph(new DriverRegistry(Images.BUILT_IN), FollowPolicy.EVERYTHING);
        server = new NbdServer(ServerOptions.DEFAULT);
        Path socket = folder.resolve("s");
        server.listen(HostListener.open(SocketEndpoint.Unix.of(socket.toString()), 16));
        uri = "nbd+unix:///disk?socket=" + socket;
    }

    void export(Path file) throws BlockException {
        BlockBackend disk =
                graph.open(
                        new OpenRequest(
                                file.toString(),
                                new Options().put("driver", "raw"),
                                NodeFlags.READ_ONLY.withReadOnly(false).withUnmap(true),
                                true),
                        Permissions.ALL,
                        Permissions.ALL);
        DirtyBitmap bitmap = disk.node().addBitmap("b", 65536);
        server.addExport(new NbdExport("disk", "a disk", disk, true, true, true, List.of(bitmap)));
    }

    @AfterEach
    void close() throws BlockException {
        server.close();
        graph.close();
    }

    /// Runs a program to its end and returns what it printed.
    String run(String... command) throws IOException, InterruptedException {
        PeerPrograms.require(command[0]);
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command[0] + " ends").isTrue();
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + text).isZero();
        return text;
    }

    String img(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        int status =
                new ImgTool()
                        .run(
                                new Invocation(
                                        "qemu-img",
                                        true,
                                        List.of(arguments),
                                        stdout,
                                        new PrintStream(err, true, StandardCharsets.UTF_8)));
        stdout.flush();
        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    String failingImg(String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(new ByteArrayOutputStream(), false);
        int status =
                new ImgTool()
                        .run(
                                new Invocation(
                                        "qemu-img",
                                        true,
                                        List.of(arguments),
                                        stdout,
                                        new PrintStream(err, true, StandardCharsets.UTF_8)));
        assertThat(status).isEqualTo(1);
        return err.toString(StandardCharsets.UTF_8);
    }

    /// What is done while a server runs.
    @FunctionalInterface
    interface Body {
        void run() throws IOException, InterruptedException;
    }

    void withServer(Path socket, Body body, String... command)
            throws IOException, InterruptedException {
        withServer(() -> isListening(socket), body, command);
    }

    void withServer(BooleanSupplier listens, Body body, String... command)
            throws IOException, InterruptedException {
        PeerPrograms.require(command[0]);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            Eventually.await(
                    command[0] + " listens, or has ended",
                    () -> listens.getAsBoolean() || !process.isAlive());
            body.run();
        } finally {
            // A server that was asked to end may wait for a client first.
            process.destroyForcibly().waitFor();
        }
    }

    /// Whether a server listens at a socket, as the kernel tells: some servers take a client that
    /// only tries for the one that they wait for.
    static boolean isListening(Path socket) {
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.anyMatch(
                    line -> line.contains(" 00010000 ") && line.endsWith(" " + socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
