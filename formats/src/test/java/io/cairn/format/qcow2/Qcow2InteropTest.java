package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Bytes;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.GuestModel;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Images go both ways between us and qemu-img: over generated combinations of creation options,
/// what random requests of ours leave is sound and the same to the peer, and what the peer made is
/// to us.
class Qcow2InteropTest {
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final int LENGTH = 1 << 20;
    private static final long SEED = Long.getLong("cairn.seed", 20_261_122L);

    @TempDir private Path folder;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers());

    @AfterEach
    void close() {
        graph.close();
    }

    static Stream<String> creations() {
        Random random = new Random(SEED);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < (FULL ? 120 : 12); i++) {
            boolean isOld = random.nextInt(4) == 0;
            List<String> options = new ArrayList<>();
            options.add("cluster_size=" + (512 << random.nextInt(13)));
            options.add("compat=" + (isOld ? "0.10" : "1.1"));
            if (!isOld) {
                options.add("refcount_bits=" + (1 << random.nextInt(7)));
                options.add("lazy_refcounts=" + (random.nextBoolean() ? "on" : "off"));
                options.add("compression_type=" + (random.nextBoolean() ? "zstd" : "zlib"));
            }
            options.add("preallocation=" + (random.nextInt(3) == 0 ? "metadata" : "off"));
            all.add(String.join(",", options));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("creations")
    void thePeerFindsOurImagesSound(String creation) throws Exception {
        PeerPrograms.require("qemu-img");
        graph.create("qcow2", "disk", options(creation));
        byte[] expected;
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            expected = exercise(disk);
        }

        Path image = folder.resolve("ours.qcow2");
        Files.write(image, host.get("disk").content());
        Path raw = folder.resolve("ours.raw");
        assertThat(run("check", image.toString())).as("qemu-img check").isEmpty();
        assertThat(run("convert", "-O", "raw", image.toString(), raw.toString())).isEmpty();
        assertThat(Files.readAllBytes(raw)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("creations")
    void weUseThePeersImages(String creation) throws Exception {
        PeerPrograms.require("qemu-img");
        Path image = folder.resolve("peer.qcow2");
        String size = Integer.toString(LENGTH);
        String[] create = {"create", "-q", "-f", "qcow2", "-o", creation, image.toString(), size};
        assertThat(run(create)).isEmpty();
        host.put("disk", new MemoryStorage(Files.readAllBytes(image)));
        byte[] expected;
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            expected = exercise(disk);
        }

        Files.write(image, host.get("disk").content());
        assertThat(run("check", image.toString())).as("qemu-img check").isEmpty();
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            new GuestModel(disk, expected, SEED, 512).verify();
        }
    }

    @ParameterizedTest
    @MethodSource("creations")
    void writesLeaveSnapshotsOfThePeerAlone(String creation) throws Exception {
        PeerPrograms.require("qemu-img");
        graph.create("qcow2", "disk", options(creation));
        byte[] before;
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            before = exercise(disk);
        }
        Path image = folder.resolve("snapshot.qcow2");
        Files.write(image, host.get("disk").content());
        assumeTrue(
                run("snapshot", "-c", "then", image.toString()).isEmpty(),
                "skipped: these refcounts are too narrow for a snapshot");
        host.put("disk", new MemoryStorage(Files.readAllBytes(image)));
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            GuestModel model = new GuestModel(disk, before.clone(), SEED + 1, 512);
            model.run(60);
            model.verify();
        }

        Files.write(image, host.get("disk").content());
        Path raw = folder.resolve("then.raw");
        assertThat(run("check", image.toString())).as("qemu-img check").isEmpty();
        assertThat(run("convert", "-l", "then", "-O", "raw", image.toString(), raw.toString()))
                .isEmpty();
        assertThat(Files.readAllBytes(raw)).isEqualTo(before);
    }

    private static Options options(String creation) throws BlockException {
        return Keyval.parseOpts(creation, null).toOptions().put("size", Integer.toString(LENGTH));
    }

    /// Random requests, then compressed writes where nothing is; returns what the disk holds.
    private static byte[] exercise(BlockBackend disk) throws BlockException {
        GuestModel model = new GuestModel(disk, new byte[LENGTH], SEED, 512);
        model.run(80);
        int clusterSize = (int) Math.max(512, disk.limits().zeroAlignment());
        ByteBuffer data = ByteBuffer.allocateDirect(clusterSize);
        Bytes.fill(data, 0, clusterSize / 2, (byte) 0x5a);
        for (int offset = 0; offset + clusterSize <= LENGTH; offset += 8 * clusterSize) {
            if (!disk.status(offset, clusterSize, false).allocated()) {
                disk.write(offset, data, WriteFlags.COMPRESSED);
                data.get(0, model.expected(), offset, clusterSize);
            }
        }
        model.verify();
        return model.expected();
    }

    /// What the peer says against it; empty if it is content.
    private static String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : String.join(" ", command) + ": " + output;
    }
}
