package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.cli.image.Images;
import io.cairn.testimages.PeerPrograms;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/// A server that is killed again and again under a client that writes: what was flushed is there in
/// the end, and no request fails.
@Timeout(1200)
class ServerKillCrashTest {
    private static final int KILLS = "full".equals(System.getProperty("cairn.effort")) ? 100 : 4;
    private static final int WRITERS = 4;
    private static final int BLOCKS = 64;
    private static final int BLOCK = 4096;
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);

    @TempDir Path folder;

    /// Gets a permit with each write that is done.
    private final Semaphore progress = new Semaphore(0);

    private final AtomicReference<@Nullable BlockException> failure = new AtomicReference<>();
    private volatile boolean isOver;

    @ParameterizedTest
    @CsvSource({"qemu-nbd, 1", "qemu-nbd, 3", "ours, 1", "ours, 3"})
    void nothingThatWasFlushedIsLost(String program, int connections) throws Exception {
        System.out.println("seed " + SEED + ", " + KILLS + " kills of " + program);
        Path image = folder.resolve("image");
        Files.write(image, new byte[WRITERS * BLOCKS * BLOCK]);
        Path socket = folder.resolve("s");
        List<String> command = command(program, socket, image);
        Random random = new Random(SEED);
        Process process = start(command);
        int[][] flushed = new int[WRITERS][];
        try (BlockGraph graph =
                new BlockGraph(new DriverRegistry(Images.BUILT_IN), FollowPolicy.EVERYTHING)) {
            BlockBackend disk = open(graph, socket, connections);
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                writers.add(Thread.ofPlatform().start(() -> flushed[number] = write(disk, number)));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                awaitWrites(50 + random.nextInt(400));
                process.destroyForcibly().waitFor();
                process = start(command);
            }
            awaitWrites(50);
            isOver = true;
            for (Thread writer : writers) {
                writer.join();
            }
        } finally {
            isOver = true;
            process.destroyForcibly().waitFor();
        }

        assertThat(failure.get()).isNull();
        assertHolds(image, flushed);
    }

    private static List<String> command(String program, Path socket, Path image) {
        List<String> command = new ArrayList<>();
        if (program.equals("ours")) {
            command.addAll(
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Dcairn.program=qemu-nbd",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.cairn.cli.Main"));
        } else {
            PeerPrograms.require(program);
            command.add(program);
        }
        command.addAll(List.of("-t", "-e", "8", "-f", "raw", "-k", socket.toString()));
        command.add(image.toString());
        return command;
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static BlockBackend open(BlockGraph graph, Path socket, int connections)
            throws BlockException {
        Options options =
                new Options()
                        .put("driver", "nbd")
                        .put("path", socket.toString())
                        .put("open-timeout", "60")
                        .put("reconnect-delay", "300")
                        .put("connections", Integer.toString(connections));
        return graph.open(
                new OpenRequest(null, options, NodeFlags.READ_ONLY.withReadOnly(false), true),
                Permissions.ALL,
                Permissions.ALL);
    }

    private void awaitWrites(int count) throws InterruptedException {
        progress.drainPermits();
        progress.acquire(count);
    }

    /// Writes random blocks of its own part of the disk until all is over.
    ///
    /// @return for each block the number of the last write that a flush has followed
    private int[] write(BlockBackend disk, int writer) {
        Random random = new Random(SEED + writer);
        int[] written = new int[BLOCKS];
        ByteBuffer data = ByteBuffer.allocateDirect(BLOCK);
        try {
            for (int number = 1; !isOver; number++) {
                int block = random.nextInt(BLOCKS);
                fill(data, writer, number);
                disk.write((long) (writer * BLOCKS + block) * BLOCK, data, WriteFlags.NONE);
                written[block] = number;
                progress.release();
                if (random.nextInt(16) == 0) {
                    disk.flush();
                }
            }
            disk.flush();
        } catch (BlockException e) {
            failure.compareAndSet(null, e);
            // Whoever waits for more writes is not to wait for ever.
            progress.release(1 << 20);
        }
        return written;
    }

    private static void fill(ByteBuffer data, int writer, int number) {
        for (int i = 0; i < BLOCK; i += Integer.BYTES) {
            data.putInt(i, writer << 28 | number);
        }
    }

    private static void assertHolds(Path image, int[][] flushed) throws IOException {
        ByteBuffer there = ByteBuffer.wrap(Files.readAllBytes(image));
        for (int writer = 0; writer < WRITERS; writer++) {
            for (int block = 0; block < BLOCKS; block++) {
                int number = flushed[writer][block];
                int expected = number == 0 ? 0 : writer << 28 | number;
                int start = (writer * BLOCKS + block) * BLOCK;
                for (int i = 0; i < BLOCK; i += Integer.BYTES) {
                    assertThat(there.getInt(start + i))
                            .as("writer %d, block %d, byte %d", writer, block, i)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
