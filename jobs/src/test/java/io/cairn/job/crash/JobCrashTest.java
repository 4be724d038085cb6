package io.cairn.job.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Kills processes in the middle of a job: images are sound but for leaks, and what a guest has
/// flushed is there.
class JobCrashTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_26);
    private static final int KILLS = "full".equals(System.getProperty("cairn.effort")) ? 20 : 1;
    private static final int MAX_BATCHES = 150;

    @ParameterizedTest
    @ValueSource(
            strings = {"backup", "mirror", "mirror-blocking", "stream", "commit", "commit-active"})
    void killedProcessLeavesSoundImagesAndAllThatWasFlushed(String job, @TempDir Path dir)
            throws IOException, InterruptedException {
        System.out.println("seeds from " + SEED);
        for (long seed = SEED; seed < SEED + KILLS; seed++) {
            Path images = Files.createDirectory(dir.resolve("s" + seed));
            CrashedDisk disk = new CrashedDisk(images);
            disk.create();
            Map<Integer, Long> stable = runAndKill(images, job, seed);
            try {
                requireSound(disk);
                requireStable(disk, job, stable);
            } catch (AssertionError e) {
                throw new AssertionError(job + ", seed " + seed, e);
            }
        }
    }

    /// Returns the last sequence number of each block that was told to be stable.
    private static Map<Integer, Long> runAndKill(Path images, String job, long seed)
            throws IOException, InterruptedException {
        Random random = new Random(seed * 31 + job.hashCode());
        int batches = 1 + random.nextInt(MAX_BATCHES);
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                VictimProcess.class.getName(),
                                images.toString(),
                                job,
                                Long.toString(seed))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Map<Integer, Long> stable = new HashMap<>();
        try (BufferedReader lines = process.inputReader()) {
            for (int i = 0; i < batches; i++) {
                note(lines.readLine(), stable);
            }
            // Unlike the process, its handle leaves what it printed readable.
            process.toHandle().destroyForcibly();
            for (String line = lines.readLine();
                    line != null && line.endsWith(" ");
                    line = lines.readLine()) {
                note(line, stable);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return stable;
    }

    private static void note(String line, Map<Integer, Long> stable) {
        assertThat(line).as("the process goes on until it is killed").isNotNull();
        for (String written : line.strip().split(" ", -1)) {
            int colon = written.indexOf(':');
            stable.put(
                    Integer.valueOf(written.substring(0, colon)),
                    Long.valueOf(written.substring(colon + 1)));
        }
    }

    private static void requireSound(CrashedDisk disk) throws BlockException {
        for (String name : CrashedDisk.NAMES) {
            BlockGraph graph = CrashedDisk.newGraph();
            BlockNode node = disk.open(graph, name);
            List<String> findings = new ArrayList<>();
            CheckResult result =
                    node.driverInstance().check(new CheckRequest(false, false, findings::add));
            graph.remove(name);
            assertThat(result.corruptions() + result.checkErrors())
                    .as(name + ": " + findings)
                    .isZero();
        }
    }

    /// The disk is the source's image, or, once the job has switched over, the target's.
    private static void requireStable(CrashedDisk disk, String job, Map<Integer, Long> stable)
            throws BlockException {
        String successor =
                switch (job) {
                    case "mirror", "mirror-blocking" -> "t";
                    case "commit-active" -> "n0";
                    default -> "n2";
                };
        List<String> atSource = missing(disk, "n2", stable);
        List<String> atTarget = missing(disk, successor, stable);
        assertThat(atSource.isEmpty() || atTarget.isEmpty())
                .as("missing from n2: " + atSource + ", from " + successor + ": " + atTarget)
                .isTrue();
    }

    private static List<String> missing(CrashedDisk disk, String name, Map<Integer, Long> stable)
            throws BlockException {
        BlockGraph graph = CrashedDisk.newGraph();
        BlockNode node = disk.open(graph, name);
        List<String> missing = new ArrayList<>();
        try (BlockBackend backend = graph.newBackend("", node, Permissions.NONE, Permissions.ALL)) {
            ByteBuffer block = ByteBuffer.allocateDirect(CrashedDisk.BLOCK);
            for (int at = 0; at < CrashedDisk.BLOCKS; at++) {
                backend.read((long) at * CrashedDisk.BLOCK, block.clear());
                long found = block.getLong(0);
                long initial = CrashedDisk.initialAt(at);
                Long written = stable.get(at);
                // A later write may be there too, though it was not told to be stable.
                if (written == null ? found != initial && found <= 0 : found < written) {
                    missing.add(
                            at + " is " + found + ", was " + (written == null ? initial : written));
                }
            }
        }
        graph.remove(name);
        return missing;
    }
}
