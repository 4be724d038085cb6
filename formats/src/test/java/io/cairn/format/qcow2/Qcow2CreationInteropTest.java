package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Makes images with generated combinations of options, and has the reference tool make the same:
/// they are equal byte for byte, but for what is left in clusters that are not in use.
@EnabledIf("isPeerInstalled")
class Qcow2CreationInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261122);
    private static final boolean IS_FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final int CASES = 60;

    private static final List<String> CLUSTER_SIZES = List.of("512", "1k", "4k", "64k", "2M");
    private static final List<String> EXTRAS =
            List.of(
                    "",
                    ",lazy_refcounts=on",
                    ",compression_type=zstd",
                    ",backing_file=base.raw,backing_fmt=raw");
    private static final List<String> SIZES =
            List.of("0", "512", "1025", "1M", "1000000", "37M", "1G", "128G");
    private static final List<String> PREALLOCATED_SIZES =
            List.of("0", "512", "1025", "1M", "1000000", "37M");

    @TempDir private static Path folder = Path.of("");

    @BeforeAll
    static void makeBackingFile() throws IOException {
        Files.createFile(folder.resolve("base.raw"));
    }

    static boolean isPeerInstalled() {
        return PeerPrograms.isInstalled("qemu-img");
    }

    static Stream<String> combinations() {
        List<String> all = new ArrayList<>();
        for (String clusterSize : CLUSTER_SIZES) {
            for (String preallocation : List.of("off", "metadata", "falloc", "full")) {
                addCombinations(all, clusterSize, preallocation);
            }
        }
        if (IS_FULL) {
            return all.stream();
        }
        Collections.shuffle(all, new Random(SEED));
        return all.stream().limit(CASES);
    }

    private static void addCombinations(
            List<String> all, String clusterSize, String preallocation) {
        boolean isOff = preallocation.equals("off");
        String common = "cluster_size=" + clusterSize + ",preallocation=" + preallocation;
        for (String size : isOff ? SIZES : PREALLOCATED_SIZES) {
            all.add(common + ",compat=0.10,size=" + size);
            for (int bits = 1; bits <= Long.SIZE; bits *= 2) {
                for (String extra : EXTRAS) {
                    if (isOff || !extra.contains("backing")) {
                        all.add(common + ",refcount_bits=" + bits + ",size=" + size + extra);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void writesWhatTheReferenceToolWrites(String options) throws Exception {
        Path file = folder.resolve("theirs.qcow2");
        Files.deleteIfExists(file);
        int status = run("create", "-q", "-u", "-f", "qcow2", "-o", options, file.toString());
        byte[] ours = create(options);

        assertThat(status).isEqualTo(ours.length == 0 ? 1 : 0);
        if (ours.length > 0) {
            assertEqual(Files.readAllBytes(file), ours);
            Files.write(file, ours);
            assertThat(run("check", "-q", file.toString())).isZero();
        }
    }

    /// The image, or nothing if it is refused.
    private static byte[] create(String text) throws BlockException {
        MemoryHost host = new MemoryHost();
        try (TestGraph graph = new TestGraph(host, new FormatDrivers())) {
            Options options = CreateOptions.SCHEMA.list().parse(text);
            try {
                graph.create("qcow2", "disk", options);
            } catch (BlockException _) {
                return new byte[0];
            }
            return host.get("disk").content();
        }
    }

    private static void assertEqual(byte[] theirs, byte[] ours) throws BlockException {
        assertThat(ours.length).isEqualTo(theirs.length);
        if (ByteBuffer.wrap(ours).mismatch(ByteBuffer.wrap(theirs)) < 0) {
            return;
        }
        int clusterSize = 1 << ByteBuffer.wrap(ours).getInt(20);
        for (int at = 0; at < ours.length; at += clusterSize) {
            int n = Math.min(clusterSize, ours.length - at);
            int mismatch = ByteBuffer.wrap(ours, at, n).mismatch(ByteBuffer.wrap(theirs, at, n));
            if (mismatch >= 0) {
                assertThat(refcount(ours, at / clusterSize))
                        .as("in use and different at byte %d", at + mismatch)
                        .isZero();
            }
        }
    }

    private static long refcount(byte[] image, int cluster) {
        ByteBuffer bytes = ByteBuffer.wrap(image);
        int order = bytes.getInt(4) < 3 ? 4 : bytes.getInt(96);
        Geometry geometry = new Geometry(bytes.getInt(20), order);
        int block = cluster >>> geometry.refblockBits();
        int entry = (int) bytes.getLong(48) + block * Long.BYTES;
        byte[] counts = new byte[geometry.clusterSize()];
        bytes.get((int) bytes.getLong(entry), counts);
        return new RefcountCodec(order).get(counts, cluster & (geometry.refblockEntries() - 1));
    }

    private static int run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
