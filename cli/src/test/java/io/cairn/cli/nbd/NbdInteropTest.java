package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import io.cairn.cli.io.IoTool;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Our server with clients that others wrote, and our client with their servers. Each test is
/// skipped where its peer is not installed.
class NbdInteropTest {
    private static final int LENGTH = 3 << 20;
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);

    @TempDir Path folder;
    private Path image;
    private Path content;
    private BlockGraph graph;
    private NbdServer server;
    private String uri;

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

    private void export(Path file) throws BlockException {
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
    private String run(String... command) throws IOException, InterruptedException {
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

    private String img(String... arguments) {
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

    private String failingImg(String... arguments) {
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

    // ---- our server

    /// The image is opened, and probed, as without an offset.
    @ParameterizedTest
    @ValueSource(strings = {"-f raw", "-f raw -s", "-f qcow2", ""})
    void servesWhatFollowsAnOffset(String options) throws Exception {
        Path socket = folder.resolve("o");
        Path back = folder.resolve("back");
        Path served = content;
        if (!options.startsWith("-f raw")) {
            served = folder.resolve("packed");
            img("convert", "-f", "raw", "-O", "qcow2", content.toString(), served.toString());
        }
        List<String> line = new ArrayList<>(List.of("-o", "1536", "-k", socket.toString()));
        if (!options.isEmpty()) {
            line.addAll(List.of(options.split(" ")));
        }
        line.add(served.toString());
        Stdout out = new Stdout(new ByteArrayOutputStream(), false);
        Thread serving =
                Thread.ofPlatform()
                        .start(() ->
                                new NbdTool()
                                        .run(
                                                new Invocation(
                                                        "qemu-nbd", true, line, out, System.err)));

        img(
                "convert",
                "--image-opts",
                "-O",
                "raw",
                "driver=raw,file.driver=nbd,file.open-timeout=30,file.path=" + socket,
                back.toString());

        serving.join();
        byte[] all = Files.readAllBytes(content);
        assertThat(Files.readAllBytes(back)).isEqualTo(Arrays.copyOfRange(all, 1536, all.length));
    }

    // ---- their clients

    @ParameterizedTest
    @ValueSource(strings = {"1", "4"})
    void nbdcopyWritesAndReadsBack(String connections) throws Exception {
        export(image);
        Path back = folder.resolve("back");

        run("nbdcopy", "--connections=" + connections, content.toString(), uri);
        run("nbdcopy", "--connections=" + connections, uri, back.toString());

        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
        assertThat(Files.mismatch(back, content)).isEqualTo(-1);
    }

    @Test
    void nbdinfoShowsAllThatIsExported() throws Exception {
        export(content);

        String text = run("nbdinfo", "--list", uri);

        assertThat(text)
                .contains("export=\"disk\"", "description: a disk", "export-size: " + LENGTH)
                .contains("base:allocation", "qemu:allocation-depth", "qemu:dirty-bitmap:b")
                .contains("can_multi_conn: true", "can_fast_zero: true", "can_df: true");
    }

    @Test
    void nbdinfoMapsHoles() throws Exception {
        Files.write(image, new byte[] {1});
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(LENGTH);
        }
        export(image);

        String text = run("nbdinfo", "--map", uri);

        assertThat(text.lines().toList()).hasSize(2);
        assertThat(text).containsPattern("(?m)^ +0 +4096 +0 +data$").contains("hole,zero");
    }

    @ParameterizedTest
    @CsvSource({
        "--map --totals, '1048576  33.3%   3 hole,zero'",
        "--map=qemu:allocation-depth, '3145728    1  local'",
        "--map=qemu:dirty-bitmap:b, '3145728    0  clean'",
        "--size, '3145728\n'",
        "--json, '\"can_fast_zero\": true'",
        "--can fua, ''",
        "--can multi-conn, ''",
    })
    void nbdinfoReports(String options, String expected) throws Exception {
        Files.write(image, Files.readAllBytes(content));
        run("fallocate", "-p", "-o", "1048576", "-l", "1048576", image.toString());
        export(image);
        List<String> command = new ArrayList<>(List.of("nbdinfo"));
        command.addAll(List.of(options.split(" ", -1)));
        command.add(uri);

        assertThat(run(command.toArray(new String[0]))).contains(expected);
    }

    @Test
    void allocationDepthCountsFiltersAsThePeerDoes() throws Exception {
        PeerPrograms.require("qemu-nbd");
        Path base = folder.resolve("base");
        Path top = folder.resolve("top");
        img("create", "-q", "-f", "qcow2", base.toString(), "1M");
        img("create", "-q", "-f", "qcow2", "-b", base.toString(), "-F", "qcow2", top.toString());
        run("qemu-io", "-f", "qcow2", "-c", "write 0 128k", base.toString());
        run("qemu-io", "-f", "qcow2", "-c", "write 64k 64k", top.toString());
        Path socket = folder.resolve("q");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> seen = new ArrayList<>();
        withServer(
                socket,
                () -> seen.add(run("nbdinfo", "--map=qemu:allocation-depth", there)),
                "qemu-nbd",
                "-A",
                "-k",
                socket.toString(),
                "--image-opts",
                "driver=copy-on-read,file.driver=qcow2,file.file.filename=" + top);
        Options options =
                new Options()
                        .put("driver", "copy-on-read")
                        .put("file.driver", "qcow2")
                        .put("file.file.driver", "file")
                        .put("file.file.filename", top.toString());
        BlockBackend disk =
                graph.open(
                        new OpenRequest(
                                null, options, NodeFlags.READ_ONLY.withReadOnly(false), true),
                        Permissions.ALL,
                        Permissions.ALL);
        server.addExport(new NbdExport("disk", "", disk, false, false, true, List.of()));

        assertThat(run("nbdinfo", "--map=qemu:allocation-depth", uri))
                .contains("backing depth 3")
                .isEqualTo(seen.getFirst());
    }

    @Test
    void nbdClientListsAndShakesHands() throws Exception {
        PeerPrograms.require("nbd-client");
        export(image);
        String socket = folder.resolve("s").toString();

        String listed = run("nbd-client", "-unix", socket, "-l");
        // Where the kernel has no such device the program fails behind the handshake.
        Process shakes =
                new ProcessBuilder("nbd-client", "-unix", socket, "-name", "disk", "/dev/nbd0")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("hands").toFile())
                        .start();
        assertThat(shakes.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(listed).contains("disk: a disk");
        assertThat(Files.readString(folder.resolve("hands"))).contains("size = 3MB");
        if (shakes.exitValue() == 0) {
            run("nbd-client", "-d", "/dev/nbd0");
        }
    }

    @Test
    void nbdkitPassesOurDiskOn() throws Exception {
        export(image);
        Path back = folder.resolve("back");
        Path socket = folder.resolve("k");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> seen = new ArrayList<>();

        withServer(
                socket,
                () -> {
                    img("convert", "-n", "-f", "raw", "-O", "raw", content.toString(), there);
                    img("convert", "-f", "raw", "-O", "raw", there, back.toString());
                    seen.add(img("compare", "-f", "raw", "-F", "raw", content.toString(), there));
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "nbd",
                "uri=" + uri);

        assertThat(seen).containsExactly("Images are identical.\n");
        assertThat(Files.mismatch(back, content)).isEqualTo(-1);
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// What a user of libnbd writes in Python, who sends what the library itself would refuse.
    @Test
    void libnbdScriptsRun() throws Exception {
        PeerPrograms.require("/usr/bin/python3");
        assumeTrue(
                new ProcessBuilder("/usr/bin/python3", "-c", "import nbd").start().waitFor() == 0,
                "python3-libnbd is not installed");
        export(image);
        Path script =
                Files.writeString(
                        folder.resolve("script.py"),
                        """
                        import errno, nbd, sys
                        h = nbd.NBD()
                        h.add_meta_context("base:allocation")
                        h.connect_uri(sys.argv[1])
                        h.pwrite(b"x" * 1000, 100)
                        h.flush()
                        assert h.pread(1002, 99) == b"\\0" + b"x" * 1000 + b"\\0"
                        h.zero(4096, 65536, nbd.CMD_FLAG_NO_HOLE)
                        h.trim(65536, 65536)
                        h.cache(65536, 0)
                        seen = []
                        h.block_status(131072, 0, lambda m, o, e, err: seen.append(m))
                        assert seen == ["base:allocation"], seen
                        h.set_strict_mode(0)
                        size = h.get_size()
                        for call, number in (
                                (lambda: h.pread(10, size - 1), "EINVAL"),
                                (lambda: h.pwrite(b"ab", size - 1), "ENOSPC"),
                                (lambda: h.trim(10, 1 << 62), "EINVAL"),
                                (lambda: h.pwrite(b"a", 0, 1 << 9), "EINVAL")):
                            try:
                                call()
                                raise AssertionError("no error")
                            except nbd.Error as e:
                                assert e.errno == number, (e.errno, number)
                        buffers = [nbd.Buffer(4096) for _ in range(100)]
                        for i, b in enumerate(buffers):
                            h.aio_pread(b, i * 4096)
                        while h.aio_in_flight():
                            h.poll(-1)
                        print("well")
                        """);

        assertThat(run("/usr/bin/python3", script.toString(), uri)).isEqualTo("well\n");
    }

    @Test
    void fioReadsBackWhatItWrote() throws Exception {
        export(image);

        String text =
                run(
                        "fio",
                        "--name=load",
                        "--ioengine=nbd",
                        "--uri=" + uri,
                        "--rw=randwrite",
                        "--bs=4k",
                        "--iodepth=16",
                        "--size=" + LENGTH,
                        "--verify=crc32c",
                        "--verify_state_save=0",
                        "--randseed=" + SEED);

        assertThat(text).contains("err= 0").contains("READ:", "WRITE:");
    }

    @Test
    void qemuComparesWhatItWrote() throws Exception {
        export(image);

        run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", content.toString(), uri);

        assertThat(run("qemu-img", "compare", "-f", "raw", "-F", "raw", content.toString(), uri))
                .isEqualTo("Images are identical.\n");
        run("qemu-io", "-f", "raw", "-c", "write -z 64k 1M", "-c", "read -P 0 64k 1M", uri);
    }

    // ---- their servers

    private List<String> throughServer(Path socket, String... command)
            throws IOException, InterruptedException {
        List<String> seen = new ArrayList<>();
        String there = "nbd+unix:///?socket=" + socket;
        withServer(
                socket,
                () -> {
                    img("convert", "-n", "-f", "raw", "-O", "raw", content.toString(), there);
                    seen.add(img("compare", "-f", "raw", "-F", "raw", content.toString(), there));
                    seen.add(img("map", "-f", "raw", "--output", "json", there));
                },
                command);
        return seen;
    }

    /// What is done while a server runs.
    @FunctionalInterface
    private interface Body {
        void run() throws IOException, InterruptedException;
    }

    private void withServer(Path socket, Body body, String... command)
            throws IOException, InterruptedException {
        withServer(() -> isListening(socket), body, command);
    }

    private void withServer(BooleanSupplier listens, Body body, String... command)
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
    private static boolean isListening(Path socket) {
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.anyMatch(
                    line -> line.contains(" 00010000 ") && line.endsWith(" " + socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void usesQemuNbd() throws Exception {
        Path socket = folder.resolve("q");

        List<String> seen =
                throughServer(
                        socket,
                        "qemu-nbd",
                        "-t",
                        "-e",
                        "4",
                        "-f",
                        "raw",
                        "-k",
                        socket.toString(),
                        image.toString());

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(seen.get(1)).contains("\"start\": 1048576, \"length\": 1048576");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "metadata, Cannot grow NBD nodes",
        "full, Failed to resize underlying file: Cannot grow NBD nodes",
    })
    void tellsThatAServersDiskDoesNotGrow(String preallocation, String text) throws Exception {
        Path socket = folder.resolve("q");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> create = List.of("create", "-q", "-f", "qcow2", "-o");
        List<String> told = new ArrayList<>();

        withServer(
                socket,
                () -> {
                    List<String> line = new ArrayList<>(create);
                    line.addAll(List.of("preallocation=" + preallocation, there, "64M"));
                    told.add(failingImg(line.toArray(String[]::new)));
                },
                "qemu-nbd",
                "-t",
                "-f",
                "raw",
                "-k",
                socket.toString(),
                image.toString());

        assertThat(told)
                .containsExactly("qemu-img: " + there + ": Could not resize image: " + text + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-sr",
                "--mask-handshake=0",
                "--filter=noextents",
                "--filter=delay rdelay=1ms wdelay=1ms",
                "--filter=blocksize-policy blocksize-minimum=4k blocksize-error-policy=error",
                "--filter=blocksize-policy blocksize-maximum=64k blocksize-error-policy=error",
                "--filter=nozero --filter=fua",
                "--filter=multi-conn multi-conn-mode=disable",
            })
    void usesNbdkit(String options) throws Exception {
        Path socket = folder.resolve("k");
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-U", socket.toString()));
        List<String> given = options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
        given.stream().filter(option -> option.startsWith("-")).forEach(command::add);
        command.addAll(List.of("file", image.toString()));
        given.stream().filter(option -> !option.startsWith("-")).forEach(command::add);

        List<String> seen = throughServer(socket, command.toArray(new String[0]));

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// What a server can do follows from what its script defines; the least is to read and to
    /// write.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "flush=exit 0",
                "can_fua=echo emulate;flush=exit 0;can_multi_conn=exit 0",
                "trim=exit 0;is_rotational=exit 0",
                "can_zero=exit 3;can_cache=echo native;cache=exit 0",
            })
    void heedsWhatAServerCanDo(String abilities) throws Exception {
        Path socket = folder.resolve("f");
        List<String> command =
                new ArrayList<>(List.of("nbdkit", "-f", "-U", socket.toString(), "eval"));
        command.add("get_size=echo " + LENGTH);
        command.add("pread=dd skip=$4 count=$3 iflag=skip_bytes,count_bytes if=" + image);
        command.add("pwrite=dd seek=$4 conv=notrunc oflag=seek_bytes of=" + image);
        if (!abilities.isEmpty()) {
            command.addAll(List.of(abilities.split(";", -1)));
        }

        List<String> seen = throughServer(socket, command.toArray(new String[0]));

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// Zeroes that are no hole occupy space; what is a hole and not zero is not there.
    @Test
    void mapsWhatAServerTellsAsThePeerDoes() throws Exception {
        PeerPrograms.require("qemu-img");
        Path socket = folder.resolve("e");
        String there = "nbd+unix:///?socket=" + socket;
        List<String> seen = new ArrayList<>();
        withServer(
                socket,
                () -> {
                    seen.add(run("qemu-img", "map", "--output=json", there));
                    seen.add(img("map", "--output=json", there));
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "eval",
                "get_size=echo 4M",
                "pread=head -c $3 /dev/zero",
                "can_extents=exit 0",
                "extents=echo 0 1M zero; echo 1M 1M hole; echo 2M 1M hole,zero; echo 3M 1M");

        assertThat(seen.get(1)).contains("\"zero\": true, \"data\": true").isEqualTo(seen.get(0));
    }

    @Test
    void usesAServerInMemory() throws Exception {
        Path socket = folder.resolve("m");

        List<String> seen =
                throughServer(socket, "nbdkit", "-f", "-U", socket.toString(), "memory", "3M");

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
    }

    @Test
    void readsWhatAServerMakesUp() throws Exception {
        Path socket = folder.resolve("d");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () -> {
                    assertThat(io(0, "-r", "read -P 1 0 512", there))
                            .contains("read 512/512 bytes");
                    assertThat(io(0, "-r", "read -P 0 64k 64k", there))
                            .contains("read 65536/65536");
                    assertThat(io(1, "write 0 512", there))
                            .contains(there + ": Could not open image: Permission denied\n");
                },
                "nbdkit",
                "-f",
                "-r",
                "-U",
                socket.toString(),
                "data",
                "1*512",
                "size=1M");
    }

    /// Pieces that suit a server need not be whole clusters of what they are packed into.
    @ParameterizedTest
    @CsvSource({"786432, 524288", "786432, 2097152", "327680, 65536", "65536, 65536"})
    void packsWhatComesInPiecesOfAnyLength(int longest, int cluster) throws Exception {
        Path socket = folder.resolve("pieces");
        String there = "nbd+unix:///?socket=" + socket;
        Path packed = folder.resolve("packed.qcow2");

        withServer(
                socket,
                () -> {
                    img(
                            "convert",
                            "-c",
                            "-O",
                            "qcow2",
                            "-o",
                            "cluster_size=" + cluster,
                            there,
                            packed.toString());
                    assertThat(img("compare", content.toString(), packed.toString()))
                            .isEqualTo("Images are identical.\n");
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "--filter=blocksize-policy",
                "file",
                content.toString(),
                "blocksize-minimum=4096",
                "blocksize-preferred=65536",
                "blocksize-maximum=" + longest);
        assertThat(run("qemu-img", "compare", content.toString(), packed.toString()))
                .isEqualTo("Images are identical.\n");
    }

    @ParameterizedTest
    @CsvSource({
        "ENOSPC, No space left on device",
        "EIO, Input/output error",
        "ESHUTDOWN, Cannot send after transport endpoint shutdown",
        "ENOMEM, Cannot allocate memory",
    })
    void tellsWhatAServerRefused(String error, String text) throws Exception {
        Path socket = folder.resolve("e");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () -> {
                    assertThat(io(1, "read 0 512", there)).isEqualTo("read failed: " + text + "\n");
                    assertThat(io(0, "write 0 512", there)).contains("wrote 512/512 bytes");
                },
                "nbdkit",
                "-f",
                "-U",
                socket.toString(),
                "--filter=error",
                "memory",
                "1M",
                "error-pread=" + error,
                "error-pread-rate=100%");
    }

    @Test
    void usesTheStorageDaemon() throws Exception {
        Path socket = folder.resolve("qsd");

        List<String> seen =
                throughServer(
                        socket,
                        "qemu-storage-daemon",
                        "--blockdev",
                        "file,node-name=d,filename=" + image,
                        "--nbd-server",
                        "addr.type=unix,addr.path=" + socket,
                        "--export",
                        "nbd,id=e,node-name=d,name=,writable=on");

        assertThat(seen.get(0)).isEqualTo("Images are identical.\n");
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    /// That server, kept in one process, ends with its first client.
    @Test
    void usesTheProjectsOwnServer() throws Exception {
        int port;
        try (ServerSocket any = new ServerSocket(0)) {
            port = any.getLocalPort();
        }
        Path configuration = folder.resolve("configuration");
        Path pid = folder.resolve("pid");
        Files.writeString(
                configuration,
                "[generic]\nallowlist = true\nlistenaddr = 127.0.0.1\nport = "
                        + port
                        + "\n[disk]\nexportname = "
                        + image
                        + "\n");
        String options =
                "driver=raw,file.driver=nbd,file.host=127.0.0.1,file.open-timeout=30"
                        + ",file.export=disk,file.port="
                        + port;
        String here = "driver=raw,file.driver=file,file.filename=" + content;

        withServer(
                () -> true,
                () -> img("convert", "-n", "--target-image-opts", "--image-opts", here, options),
                "nbd-server",
                "-d",
                "-C",
                configuration.toString(),
                "-p",
                pid.toString());

        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
    }

    @Test
    void showsADirtyBitmapOfQemuNbdInPlaceOfStatus() throws Exception {
        Path socket = folder.resolve("q");
        Path qcow2 = folder.resolve("b.qcow2");
        run("qemu-img", "create", "-q", "-f", "qcow2", qcow2.toString(), "1M");
        run("qemu-img", "bitmap", "--add", "-g", "65536", qcow2.toString(), "b");
        run("qemu-io", "-f", "qcow2", "-c", "write 128k 64k", qcow2.toString());
        String options = "driver=nbd,path=" + socket + ",x-dirty-bitmap=qemu:dirty-bitmap:b";

        withServer(
                socket,
                () ->
                        assertThat(img("map", "--output=json", "--image-opts", options))
                                .contains("\"start\": 131072, \"length\": 65536")
                                .containsPattern("131072, \"length\": 65536[^}]*\"data\": false"),
                "qemu-nbd",
                "-t",
                "-r",
                "-f",
                "qcow2",
                "-B",
                "b",
                "-k",
                socket.toString(),
                qcow2.toString());
    }

    private String io(int status, String line, String uri) {
        return io(status, "--cache=writeback", line, uri);
    }

    private String io(int status, String option, String line, String uri) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream errors = new PrintStream(out, true, StandardCharsets.UTF_8);
        List<String> arguments = List.of("-f", "raw", option, "-c", line, uri);
        int seen = new IoTool().run(new Invocation("qemu-io", true, arguments, stdout, errors));
        stdout.flush();
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(seen).as(text).isEqualTo(status);
        return text;
    }

    @Test
    void readsFromAnOldstyleServer() throws Exception {
        Path socket = folder.resolve("o");
        String there = "nbd+unix:///?socket=" + socket;

        withServer(
                socket,
                () ->
                        assertThat(
                                        img(
                                                "compare",
                                                "-f",
                                                "raw",
                                                "-F",
                                                "raw",
                                                content.toString(),
                                                there))
                                .isEqualTo("Images are identical.\n"),
                "nbdkit",
                "-f",
                "-o",
                "-U",
                socket.toString(),
                "file",
                content.toString());
    }
}
