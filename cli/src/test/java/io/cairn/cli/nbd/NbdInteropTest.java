package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.nbd.server.NbdExport;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Our server with clients that others wrote. Each test is skipped where its peer is not installed.
class NbdInteropTest extends NbdInterop {
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
}
