package io.cairn.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.img.ImgTool;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A disk that is replicated from one machine to another, each of them ours or the peer's, as
/// `docs/block-replication.txt` sets it up: a quorum of a disk and a replication node on the one
/// side, three disks below a replication node on the other.
@Timeout(120)
class ReplicationInteropTest {
    private static final String PEER = "qemu-system-riscv64";
    private static final int LENGTH = 1 << 20;

    /// Whose machine.
    enum Whose {
        OURS,
        PEERS
    }

    @TempDir Path folder;
    private final List<Machine> machines = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final BlockGraph graph =
            new BlockGraph(
                    new DriverRegistry(
                            List.of(
                                    new FormatDrivers(),
                                    new ProtocolDrivers(),
                                    new FilterDrivers())),
                    FollowPolicy.EVERYTHING);

    @AfterEach
    void close() throws Exception {
        graph.close();
        try {
            for (Machine machine : machines) {
                machine.close();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    /// A machine without a processor, and the one client of its monitor.
    private static final class Machine implements AutoCloseable {
        private final SocketChannel channel;
        private final Scanner lines;
        private final CompletableFuture<Void> ended;

        Machine(Path socket, CompletableFuture<Void> ended) throws IOException {
            this.ended = ended;
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            lines =
                    new Scanner(Channels.newInputStream(channel), StandardCharsets.UTF_8)
                            .useDelimiter("\n");
            lines.next();
            execute("qmp_capabilities", "");
        }

        /// Runs a command that must succeed.
        JsonObject execute(String command, String arguments) throws IOException {
            String request = "{'execute':'" + command + "','arguments':{" + arguments + "}}\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            while (true) {
                JsonObject message = Json.parseObject(lines.next());
                if (message.get("event") == null) {
                    assertThat(message.get("return")).as(Json.print(message)).isNotNull();
                    return message;
                }
            }
        }

        void exportAll(Path socket, String... drives) throws IOException {
            execute("nbd-server-start", "'addr':{'type':'unix','data':{'path':'" + socket + "'}}");
            for (String drive : drives) {
                execute("nbd-server-add", "'device':'" + drive + "','writable':true");
            }
        }

        boolean isWell() throws IOException {
            return Json.print(execute("query-xen-replication-status", ""))
                    .contains("\"error\": false");
        }

        @Override
        public void close() throws IOException {
            execute("quit", "");
            channel.close();
            ended.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private Machine start(Whose whose, String name, String... more) throws Exception {
        Path socket = folder.resolve(name + ".qmp");
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-M",
                                "none",
                                "-display",
                                "none",
                                "-qmp",
                                "unix:" + socket + ",server=on,wait=off"));
        arguments.addAll(List.of(more));
        CompletableFuture<Void> ended =
                switch (whose) {
                    case OURS -> startOurs(arguments);
                    case PEERS -> startPeers(arguments);
                };
        Eventually.await(
                "the monitor listens or the machine has ended",
                () -> ended.isDone() || isListening(socket));
        Machine machine = new Machine(socket, ended);
        machines.addFirst(machine);
        return machine;
    }

    private static boolean isListening(Path socket) {
        try (SocketChannel trial = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return trial.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    private static CompletableFuture<Void> startOurs(List<String> arguments) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Workers.startDaemon(
                "system",
                () -> {
                    ByteArrayOutputStream err = new ByteArrayOutputStream();
                    int status =
                            new SystemTool()
                                    .run(
                                            new Invocation(
                                                    "qemu-system-x86_64",
                                                    true,
                                                    arguments,
                                                    new Stdout(new ByteArrayOutputStream(), false),
                                                    new PrintStream(
                                                            err, true, StandardCharsets.UTF_8)));
                    if (status == 0) {
                        ended.complete(null);
                    } else {
                        ended.completeExceptionally(
                                new AssertionError(err.toString(StandardCharsets.UTF_8)));
                    }
                });
        return ended;
    }

    private CompletableFuture<Void> startPeers(List<String> arguments) throws IOException {
        PeerPrograms.require(PEER);
        List<String> command = new ArrayList<>(List.of(PEER));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).inheritIO().start();
        processes.add(process);
        return process.onExit().thenAccept(p -> assertThat(p.exitValue()).isZero());
    }

    // ---- the two sides

    private Machine startPrimary(Whose whose) throws Exception {
        Machine machine =
                start(
                        whose,
                        "primary",
                        "-drive",
                        "if=none,id=guest,driver=quorum,read-pattern=fifo,vote-threshold=1,"
                                + "children.0.driver=raw,children.0.file.filename="
                                + folder.resolve("primary.raw"));
        machine.exportAll(folder.resolve("primary.nbd"), "guest");
        return machine;
    }

    private void connect(Machine primary) throws Exception {
        String server = "file.server.type=unix,file.server.path=" + folder.resolve("secondary.nbd");
        primary.execute(
                "human-monitor-command",
                "'command-line':'drive_add -n buddy driver=replication,mode=primary,"
                        + "file.driver=nbd,file.export=disk,node-name=link,"
                        + server
                        + "'");
        primary.execute("x-blockdev-change", "'parent':'guest','node':'link'");
    }

    private Machine startSecondary(Whose whose) throws Exception {
        for (String name : List.of("active", "hidden")) {
            String file = folder.resolve(name).toString();
            img("create", "-q", "-f", "qcow2", file, Integer.toString(LENGTH));
        }
        Machine machine =
                start(
                        whose,
                        "secondary",
                        "-drive",
                        "if=none,id=disk,driver=raw,file.filename="
                                + folder.resolve("secondary.raw"),
                        "-drive",
                        "if=none,id=child,driver=replication,mode=secondary,top-id=guest,"
                                + "file.driver=qcow2,file.file.filename="
                                + folder.resolve("active")
                                + ",file.backing.driver=qcow2,file.backing.file.filename="
                                + folder.resolve("hidden")
                                + ",file.backing.backing=disk",
                        "-drive",
                        "if=none,id=guest,driver=quorum,read-pattern=fifo,vote-threshold=1,"
                                + "children.0=child");
        machine.exportAll(folder.resolve("secondary.nbd"), "disk", "guest");
        return machine;
    }

    private static void img(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status =
                new ImgTool()
                        .run(
                                new Invocation(
                                        "qemu-img",
                                        true,
                                        List.of(arguments),
                                        new Stdout(new ByteArrayOutputStream(), false),
                                        err));
        assertThat(status).as(out.toString(StandardCharsets.UTF_8)).isZero();
    }

    /// What a machine's guest has for its disk.
    private BlockBackend guest(String machine) throws Exception {
        Options options =
                new Options()
                        .put("driver", "nbd")
                        .put("export", "guest")
                        .put("server.type", "unix")
                        .put("server.path", folder.resolve(machine + ".nbd").toString());
        return graph.open(
                new OpenRequest(null, options, TestGraph.WRITABLE, true),
                Permissions.ALL.minus(Permission.RESIZE),
                Permissions.ALL);
    }

    private static void write(BlockBackend disk, byte[] model, Random random) throws Exception {
        byte[] bytes = new byte[512 * (1 + random.nextInt(200))];
        random.nextBytes(bytes);
        int offset = 512 * random.nextInt((LENGTH - bytes.length) / 512);
        disk.write(offset, ByteBuffer.allocateDirect(bytes.length).put(0, bytes), WriteFlags.NONE);
        System.arraycopy(bytes, 0, model, offset, bytes.length);
    }

    private static byte[] content(BlockBackend disk) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(LENGTH);
        disk.read(0, buffer);
        byte[] bytes = new byte[LENGTH];
        buffer.get(0, bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"OURS,OURS", "OURS,PEERS", "PEERS,OURS", "PEERS,PEERS"})
    void secondaryShowsTheLastCheckpointUntilItTakesOver(Whose one, Whose other) throws Exception {
        if (one == Whose.PEERS || other == Whose.PEERS) {
            PeerPrograms.require(PEER);
        }
        long seed = Long.getLong("cairn.seed", 20_261_127L);
        System.err.println("seed " + seed);
        Random random = new Random(seed);
        byte[] disk = new byte[LENGTH];
        random.nextBytes(disk);
        Files.write(folder.resolve("primary.raw"), disk);
        Files.write(folder.resolve("secondary.raw"), disk);
        Machine secondary = startSecondary(other);
        secondary.execute("xen-set-replication", "'enable':true,'primary':false");
        Machine primary = startPrimary(one);
        connect(primary);
        primary.execute("xen-set-replication", "'enable':true,'primary':true");

        byte[] shown = disk.clone();
        try (BlockBackend writer = guest("primary");
                BlockBackend reader = guest("secondary")) {
            for (int i = 0; i < 60; i++) {
                switch (random.nextInt(6)) {
                    case 0 -> {
                        primary.execute("xen-colo-do-checkpoint", "");
                        secondary.execute("xen-colo-do-checkpoint", "");
                        shown = disk.clone();
                    }
                    case 1, 2 -> write(reader, shown, random);
                    default -> write(writer, disk, random);
                }
                assertThat(Arrays.equals(content(reader), shown)).as("step " + i).isTrue();
            }
            assertThat(Arrays.equals(content(writer), disk)).isTrue();
            assertThat(primary.isWell() && secondary.isWell()).isTrue();
            primary.execute("xen-colo-do-checkpoint", "");
            primary.execute("x-blockdev-change", "'parent':'guest','child':'children.1'");

            secondary.execute(
                    "xen-set-replication", "'enable':false,'primary':false,'failover':true");
            Eventually.await("the secondary stands alone", () -> isWell(secondary));

            assertThat(Arrays.equals(content(reader), shown)).isTrue();
            write(reader, shown, random);
            reader.flush();
            write(writer, disk, random);
            writer.flush();
        }
        assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("secondary.raw")), shown))
                .isTrue();
        assertThat(Arrays.equals(Files.readAllBytes(folder.resolve("primary.raw")), disk)).isTrue();
    }

    private static boolean isWell(Machine machine) {
        try {
            return machine.isWell();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
