package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.img.ImgTool;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Takes disks with real filesystems round the formats and their options: the bytes come back the
/// same, the peer finds every image on the way sound, and the filesystem checks clean.
class RealDiskInteropTest {
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final Path GUESTS = Path.of("..", "..", "shared", "guests");

    private static final List<String> CREATIONS =
            List.of(
                    "cluster_size=64k",
                    "compat=0.10",
                    "cluster_size=512,refcount_bits=1",
                    "cluster_size=2M,lazy_refcounts=on",
                    "refcount_bits=64,preallocation=metadata",
                    "compression_type=zstd");

    @TempDir private Path folder;

    @Test
    void bringsAFilledFilesystemRoundEveryFormat() throws Exception {
        PeerPrograms.require("mkfs.ext4");
        Path disk = folder.resolve("disk.raw");
        makeFilesystem(disk, FULL ? 4000 : 400);

        for (String creation : CREATIONS) {
            goRound(disk, creation, false);
        }
        goRound(disk, "cluster_size=64k", true);
        goRound(disk, "compression_type=zstd", true);
        Path back = folder.resolve("back.raw");
        assertThat(run("e2fsck", "-fn", back.toString())).as("e2fsck").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk-ext4", "disk-uboot", "disk-debian"})
    void bringsTheDisksOfRealGuestsRound(String name) throws Exception {
        Path packed = GUESTS.resolve(name + ".raw.zst");
        assumeTrue(Files.isReadable(packed), "skipped: no guests' disks beside the checkout");
        PeerPrograms.require("zstd");
        Path disk = folder.resolve("disk.raw");
        assertThat(run("zstd", "-q", "-d", packed.toString(), "-o", disk.toString())).isZero();

        for (String creation : FULL ? CREATIONS : CREATIONS.subList(0, 2)) {
            goRound(disk, creation, false);
        }
        goRound(disk, "cluster_size=64k", true);
    }

    /// raw, qcow2 of the given options, an overlay's worth of qcow2 with other options, raw again.
    private void goRound(Path disk, String creation, boolean compress) throws Exception {
        Path first = folder.resolve("first.qcow2");
        Path second = folder.resolve("second.qcow2");
        Path back = folder.resolve("back.raw");
        List<String> convert = new ArrayList<>(List.of("convert", "-f", "raw", "-O", "qcow2"));
        if (compress) {
            convert.add("-c");
        }
        convert.addAll(List.of("-o", creation, disk.toString(), first.toString()));

        img(convert);
        img(List.of("check", "-q", first.toString()));
        img(List.of("compare", "-q", disk.toString(), first.toString()));
        img(List.of("convert", "-f", "qcow2", "-O", "qcow2", first.toString(), second.toString()));
        img(List.of("convert", "-f", "qcow2", "-O", "raw", second.toString(), back.toString()));

        assertThat(Files.mismatch(disk, back))
                .as("first difference after %s", creation)
                .isEqualTo(-1);
        if (PeerPrograms.isInstalled("qemu-img")) {
            for (Path image : List.of(first, second)) {
                assertThat(run("qemu-img", "check", "-q", image.toString())).as(creation).isZero();
                assertThat(run("qemu-img", "compare", "-q", disk.toString(), image.toString()))
                        .as(creation)
                        .isZero();
            }
        } else {
            System.err.println("skipped: qemu-img is not installed to judge " + creation);
        }
    }

    private static void img(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status = new ImgTool().run(new Invocation("qemu-img", true, arguments, stdout, stderr));
        stdout.flush();
        assertThat(status)
                .as(
                        "%s: %s%s",
                        arguments,
                        out.toString(StandardCharsets.UTF_8),
                        err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    private void makeFilesystem(Path disk, int files) throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Random random = new Random(20_261_122);
        for (int i = 0; i < files; i++) {
            Path directory = Files.createDirectories(tree.resolve("d" + i % 37));
            byte[] content = new byte[random.nextInt(i % 50 == 0 ? 400_000 : 9000)];
            if (i % 3 != 0) {
                random.nextBytes(content);
            }
            Files.write(directory.resolve("f" + i), content);
        }
        assertThat(
                        run(
                                "mkfs.ext4",
                                "-q",
                                "-F",
                                "-d",
                                tree.toString(),
                                disk.toString(),
                                FULL ? "256M" : "64M"))
                .isZero();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
