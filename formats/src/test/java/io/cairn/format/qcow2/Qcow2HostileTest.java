package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Opens and uses images whose header and tables were damaged at random: whatever fails, fails with
/// a {@link BlockException}, soon, and without taking memory for what a field claims.
class Qcow2HostileTest {
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final int LENGTH = 256 << 10;
    private static final long[] NASTY = {
        0,
        1,
        -1,
        511,
        512,
        1 << 16,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 56,
        1L << 40,
        0x2a00,
        Qcow2Layout.COPIED | 1L << 55,
        Qcow2Layout.COMPRESSED | (1L << 61),
        Qcow2Layout.OFFSET_MASK
    };

    @ParameterizedTest
    @Timeout(300)
    @ValueSource(longs = {1, 2, 3, 4})
    void failsOnlyAsItMay(long seed) throws BlockException {
        long allSeeds = Long.getLong("cairn.seed", 20_261_122L) + seed;
        Random random = new Random(allSeeds);
        byte[] sound = image(seed % 2 == 0 ? "4096" : "512");
        for (int round = 0; round < (FULL ? 5000 : 300); round++) {
            byte[] damaged = damage(sound, random);
            try {
                use(damaged, random.nextInt(4) == 0);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + allSeeds + ", round " + round, e);
            }
        }
    }

    private static byte[] image(String clusterSize) throws BlockException {
        MemoryHost host = new MemoryHost();
        try (TestGraph graph = new TestGraph(host, new FormatDrivers())) {
            graph.create(
                    "qcow2",
                    "disk",
                    new Options()
                            .put("size", Integer.toString(LENGTH))
                            .put("cluster_size", clusterSize));
            try (BlockBackend disk = graph.open("qcow2", "disk")) {
                ByteBuffer data = ByteBuffer.allocateDirect(40_000);
                disk.write(0, data, WriteFlags.NONE);
                disk.write(65536, data.slice(0, 4096), WriteFlags.COMPRESSED);
                disk.writeZeroes(8192, 8192, WriteFlags.NONE);
            }
            return host.get("disk").content();
        }
    }

    /// Changes some aligned numbers of the metadata, or cuts the end off.
    private static byte[] damage(byte[] sound, Random random) {
        ByteBuffer image = ByteBuffer.wrap(sound.clone());
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int limit = random.nextBoolean() ? 112 : Math.min(sound.length, 32768);
            int at = random.nextInt(limit / 8 - 1) * 8;
            switch (random.nextInt(3)) {
                case 0 -> image.putLong(at, NASTY[random.nextInt(NASTY.length)]);
                case 1 -> image.putInt(at + 4 * random.nextInt(2), random.nextInt());
                default -> image.put(at + random.nextInt(8), (byte) random.nextInt());
            }
        }
        return random.nextInt(8) == 0
                ? Arrays.copyOf(image.array(), random.nextInt(sound.length))
                : image.array();
    }

    private static void use(byte[] image, boolean alsoCheck) {
        MemoryHost host = new MemoryHost();
        MemoryStorage storage = host.put("disk", new MemoryStorage(image));
        storage.limit(64 << 20);
        ByteBuffer buffer = ByteBuffer.allocateDirect(16384);
        try (TestGraph graph = new TestGraph(host, new FormatDrivers())) {
            if (alsoCheck) {
                Qcow2Images.check(graph, "disk");
            }
            try (BlockBackend disk = graph.open("qcow2", "disk")) {
                long end = Math.min(disk.length(), LENGTH);
                for (long offset = 0; offset + 16384 <= end; offset += 16384) {
                    disk.status(offset, 16384, true);
                    disk.read(offset, buffer);
                    disk.write(offset, buffer, WriteFlags.NONE);
                    disk.writeZeroes(offset, 4096, WriteFlags.MAY_UNMAP);
                    disk.discard(offset, 8192);
                }
                disk.flush();
            }
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
