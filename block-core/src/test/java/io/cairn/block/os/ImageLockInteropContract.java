package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.ImageLockedException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Our locks against those of a running qemu-io.
@Tag("qemu-io")
abstract class ImageLockInteropContract {
    private static final int CONSISTENT_READ = 1;
    private static final int WRITE = 2;
    private static final int RESIZE = 8;

    @TempDir Path directory;
    private Path image;
    private HostFile file;

    abstract Host host();

    @BeforeEach
    void createImage() throws IOException, InterruptedException {
        assumeTrue(isInstalled("qemu-io") && isInstalled("qemu-img"), "qemu-io is not installed");
        image = directory.resolve("a.qcow2");
        assertThat(run("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "1M"))
                .isEmpty();
        file = host().open(image.toString(), OpenFlags.READ_WRITE);
    }

    @AfterEach
    void close() {
        if (file != null) {
            file.close();
        }
    }

    @Test
    void aWriterThereExcludesAWriterHere() throws IOException, InterruptedException {
        try (Peer peer = Peer.start(image);
                ImageLock lock = ImageLock.of(file)) {
            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(() -> lock.prepare(CONSISTENT_READ | WRITE, WRITE | RESIZE))
                    .withMessage("Failed to get \"write\" lock")
                    .satisfies(e -> {
                        assertThat(e.hint())
                                .contains("Is another process using the image [" + image + "]?");
                        assertThat(e.detail()).contains("held by pid " + peer.pid() + " (qemu-io)");
                    });
        }
    }

    @Test
    void aWriterThereExcludesAReaderHereThatSharesNoWrite()
            throws IOException, InterruptedException {
        try (Peer _ = Peer.start(image);
                ImageLock lock = ImageLock.of(file)) {
            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(() -> lock.prepare(CONSISTENT_READ, WRITE | RESIZE))
                    .withMessage("Failed to get shared \"write\" lock");

            lock.prepare(CONSISTENT_READ, 0);
            lock.commit();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, true, true",
        "1, 10, true, false",
        "3, 0, false, false",
        "11, 10, false, false",
        "0, 1, false, false",
        "8, 0, false, false",
    })
    void ourClaimsDecideWhetherAPeerReadsAndWrites(
            int used, int unshared, boolean reads, boolean writes)
            throws IOException, InterruptedException {
        try (ImageLock lock = ImageLock.of(file)) {
            lock.prepare(used, unshared);
            lock.commit();

            assertThat(opens("-r")).isEqualTo(reads);
            assertThat(opens("-n")).isEqualTo(writes);

            lock.prepare(0, 0);
            lock.commit();
            assertThat(opens("-n")).isTrue();
        }
    }

    @Test
    void aPreparedChangeHoldsBothUntilItIsDecided() throws IOException, InterruptedException {
        try (ImageLock lock = ImageLock.of(file)) {
            lock.prepare(CONSISTENT_READ, 0);
            lock.commit();

            lock.prepare(CONSISTENT_READ | WRITE, WRITE);
            assertThat(opens("-r")).isFalse();
            lock.abort();
            assertThat(opens("-n")).isTrue();

            lock.prepare(CONSISTENT_READ | WRITE, WRITE);
            lock.commit();
            lock.prepare(CONSISTENT_READ, 0);
            assertThat(opens("-r")).isFalse();
            lock.commit();
            assertThat(opens("-r")).isTrue();
        }
        assertThat(opens("-n")).isTrue();
    }

    @Test
    void twoLocksInOneProcessExcludeEachOther() throws IOException {
        try (HostFile second = host().open(image.toString(), OpenFlags.READ_WRITE);
                ImageLock ours = ImageLock.of(file);
                ImageLock theirs = ImageLock.of(second)) {
            ours.prepare(CONSISTENT_READ | WRITE, WRITE);
            ours.commit();

            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(() -> theirs.prepare(CONSISTENT_READ, WRITE))
                    .withMessage("Failed to get shared \"write\" lock");
        }
    }

    private boolean opens(String mode) throws IOException, InterruptedException {
        String output =
                run("qemu-io", mode, "-f", "qcow2", "-c", "read -q 0 512", image.toString());
        assertThat(output)
                .satisfiesAnyOf(o -> assertThat(o).isEmpty(), o -> assertThat(o).contains(" lock"));
        return output.isEmpty();
    }

    private static boolean isInstalled(String program) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /// A qemu-io that has the image open until it is closed.
    private record Peer(Process process) implements AutoCloseable {
        static Peer start(Path image) throws IOException {
            Process process =
                    new ProcessBuilder("qemu-io", "-f", "qcow2", image.toString())
                            .redirectErrorStream(true)
                            .start();
            OutputStream commands = process.getOutputStream();
            commands.write("length\n".getBytes(StandardCharsets.UTF_8));
            commands.flush();
            BufferedReader answers = process.inputReader();
            String line = answers.readLine();
            while (line != null && !line.contains("MiB")) {
                line = answers.readLine();
            }
            return new Peer(process);
        }

        long pid() {
            return process.pid();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
