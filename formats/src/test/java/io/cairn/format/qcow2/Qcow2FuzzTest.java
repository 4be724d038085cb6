package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckRequest;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.GuestModel;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Opens damaged images and does with them what users do: every request ends, in time, without
/// using memory without bounds, and fails with nothing but a {@link BlockException}.
class Qcow2FuzzTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261122);
    private static final int CASES = "full".equals(System.getProperty("cairn.effort")) ? 5000 : 150;
    private static final int LENGTH = 1 << 20;
    private static final long MAX_STORAGE = 32 << 20;
    private static final int MAX_STEPS = 200;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(128 << 10);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster_size=512",
                "cluster_size=512,compat=0.10",
                "cluster_size=4096,refcount_bits=1",
                "cluster_size=4096,refcount_bits=64,lazy_refcounts=on",
                "cluster_size=4096,compression_type=zstd",
                "cluster_size=65536"
            })
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void survivesDamage(String options) throws BlockException {
        byte[] sound = sound(options);
        for (int i = 0; i < CASES; i++) {
            long seed = SEED + i;
            Random random = new Random(seed);
            Qcow2Mutations mutations = new Qcow2Mutations(sound, random);
            byte[] damaged = mutations.apply();
            try {
                use(damaged, NodeFlags.READ_ONLY, random);
                use(damaged, TestGraph.WRITABLE, random);
                check(damaged, random.nextBoolean());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " " + mutations.done(), e);
            }
        }
    }

    /// An image with all kinds of clusters, a snapshot and, where the version has them, a bitmap.
    private static byte[] sound(String text) throws BlockException {
        MemoryHost host = new MemoryHost();
        try (TestGraph graph = new TestGraph(host, new FormatDrivers())) {
            Options options = CreateOptions.SCHEMA.list().parse(text);
            graph.create("qcow2", "disk", options.put("size", Integer.toString(LENGTH)));
            try (BlockBackend disk = graph.open("qcow2", "disk")) {
                new GuestModel(disk, new byte[LENGTH], SEED, 512).run(40);
                disk.discard(512 << 10, 256 << 10);
                disk.writeZeroes(600 << 10, 64 << 10, WriteFlags.MAY_UNMAP);
                ByteBuffer even = ByteBuffer.allocateDirect(64 << 10);
                for (int i = 0; i < even.limit(); i++) {
                    even.put(i, (byte) (i >>> 5));
                }
                disk.write(512 << 10, even, WriteFlags.COMPRESSED);
                disk.flush();
            }
            return withStructures(host.get("disk").content());
        }
    }

    /// Appends a snapshot and a bitmap; their clusters are not counted, which is the first damage.
    private static byte[] withStructures(byte[] image) {
        ByteBuffer old = ByteBuffer.wrap(image);
        int clusterSize = 1 << old.getInt(20);
        int start = (image.length + clusterSize - 1) & -clusterSize;
        ByteBuffer bytes = ByteBuffer.allocate(start + 3 * clusterSize).put(image);
        bytes.putLong(start, old.getLong(40)).putInt(start + 8, old.getInt(36));
        bytes.putShort(start + 12, (short) 1).putShort(start + 14, (short) 4);
        bytes.putInt(start + 36, 24).put(start + 64, new byte[] {'1', 'n', 'a', 'm', 'e'});
        bytes.putInt(60, 1).putLong(64, start);
        if (old.getInt(4) == 3 && old.getInt(Qcow2Layout.V3_HEADER_LENGTH) == 0) {
            int directory = start + clusterSize;
            bytes.putLong(directory, directory + clusterSize).putInt(directory + 8, 1);
            bytes.put(directory + 16, (byte) 1).put(directory + 17, (byte) 16);
            bytes.putShort(directory + 18, (short) 1).put(directory + 24, (byte) 'b');
            int extension = Qcow2Layout.V3_HEADER_LENGTH;
            bytes.putInt(extension, Qcow2Layout.EXTENSION_BITMAPS).putInt(extension + 4, 24);
            bytes.putInt(extension + 8, 1).putLong(extension + 16, 32);
            bytes.putLong(extension + 24, directory).putLong(88, Qcow2Layout.AUTOCLEAR_BITMAPS);
        }
        return bytes.array();
    }

    private static TestGraph graphOf(byte[] image) {
        MemoryHost host = new MemoryHost();
        host.put("disk", new MemoryStorage(image)).limit(MAX_STORAGE);
        return new TestGraph(host, new FormatDrivers());
    }

    private static OpenRequest request(NodeFlags flags) {
        return new OpenRequest("mem:disk", new Options().put("driver", "qcow2"), flags, false);
    }

    private void use(byte[] image, NodeFlags flags, Random random) {
        Permissions needed =
                flags.readOnly() ? Permissions.of(Permission.CONSISTENT_READ) : Permissions.ALL;
        try (TestGraph graph = graphOf(image);
                BlockBackend disk = graph.graph().open(request(flags), needed, Permissions.ALL)) {
            tell(disk);
            walk(disk);
            for (int i = 0; i < 10; i++) {
                attempt(disk, flags.readOnly() ? random.nextInt(2) : random.nextInt(9), random);
            }
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void tell(BlockBackend disk) {
        try {
            disk.node().driverInstance().info();
            disk.node().driverInstance().snapshots();
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    /// Follows the mapping from the start, as far as it goes or a number of steps.
    private static void walk(BlockBackend disk) {
        try {
            long offset = 0;
            for (int step = 0; step < MAX_STEPS && offset < disk.length(); step++) {
                BlockStatus status = disk.status(offset, disk.length() - offset, true);
                assertThat(status.length()).isPositive();
                offset += status.length();
            }
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private void attempt(BlockBackend disk, int kind, Random random) {
        try {
            long length = disk.length();
            if (length == 0) {
                return;
            }
            long near = random.nextBoolean() ? Math.min(length, LENGTH) : length;
            long offset = (random.nextLong() & Long.MAX_VALUE) % near & -512L;
            int n = (int) Math.min(length - offset, 512L * (1 + random.nextInt(256)));
            ByteBuffer data = buffer.slice(0, n);
            switch (kind) {
                case 0, 1 -> disk.read(offset, data);
                case 2, 3 -> disk.write(offset, data, WriteFlags.NONE);
                case 4 ->
                        disk.write(offset & -65536L, buffer.slice(0, 65536), WriteFlags.COMPRESSED);
                case 5 -> disk.writeZeroes(offset, n, WriteFlags.MAY_UNMAP);
                case 6 -> disk.discard(offset, n);
                case 7 ->
                        disk.truncate(
                                (long) (1 + random.nextInt(8)) << 18,
                                true,
                                Preallocation.OFF,
                                false);
                default -> disk.flush();
            }
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static void check(byte[] image, boolean fixes) {
        NodeFlags flags = (fixes ? TestGraph.WRITABLE : NodeFlags.READ_ONLY).withCheck(true);
        Permissions needed = fixes ? Permissions.ALL : Permissions.of(Permission.CONSISTENT_READ);
        try (TestGraph graph = graphOf(image);
                BlockBackend disk = graph.graph().open(request(flags), needed, Permissions.ALL)) {
            disk.node()
                    .driverInstance()
                    .check(new CheckRequest(fixes, fixes, line -> assertThat(line).isNotEmpty()));
        } catch (BlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
