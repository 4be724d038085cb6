package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// With a single carrier thread, a host call that never returns must not stop the other virtual
/// threads.
///
/// The call that stalls is an `open` of a named pipe that nobody writes to.
class StalledHostTest {
    @TempDir Path directory;

    @Test
    void stalledCallOfTheNativeLayerHoldsNoCarrier() throws IOException, InterruptedException {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
        assertThat(runChild("--enable-native-access=ALL-UNNAMED")).isEqualTo("LinuxFile\n");
    }

    @Test
    void stalledCallOfThePortableLayerHoldsNoCarrier() throws IOException, InterruptedException {
        assertThat(runChild("--illegal-native-access=deny")).isEqualTo("PortableFile\n");
    }

    private String runChild(String access) throws IOException, InterruptedException {
        Path pipe = directory.resolve("pipe");
        assumeTrue(makePipe(pipe), "mkfifo is not installed");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", access));
        command.add("-Djdk.virtualThreadScheduler.parallelism=1");
        command.add("-Djdk.virtualThreadScheduler.maxPoolSize=1");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(StalledHostTest.class.getName(), pipe.toString()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("the child ends").isTrue();
            return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            child.destroyForcibly();
        }
    }

    private static boolean makePipe(Path pipe) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /// Stalls three virtual threads, works on a file in a fourth, and ends without the three.
    public static void main(String[] arguments) throws IOException {
        Path pipe = Path.of(arguments[0]);
        for (int i = 0; i < 3; i++) {
            Workers.startVirtual("stalled-" + i, () -> openQuietly(pipe));
        }
        Path file = pipe.resolveSibling("file");
        Files.write(file, new byte[100_000]);
        try (Workers workers = Workers.virtual("working")) {
            workers.fork(() -> writeAndRead(file));
            workers.join();
        }
        try (HostFile used = HostFile.open(file.toString(), OpenFlags.READ_ONLY)) {
            System.out.println(used.getClass().getSimpleName());
        }
    }

    private static void openQuietly(Path pipe) {
        try {
            HostFile.open(pipe.toString(), OpenFlags.READ_ONLY).close();
        } catch (BlockException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void writeAndRead(Path path) throws BlockException {
        try (HostFile file = HostFile.open(path.toString(), OpenFlags.READ_WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
            for (int i = 0; i < 20; i++) {
                file.write(4096L * i, buffer);
                file.flush();
                file.read(4096L * i, buffer);
            }
        }
    }
}
