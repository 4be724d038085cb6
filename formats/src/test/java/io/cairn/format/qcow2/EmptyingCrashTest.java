package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.CrashStates;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.Random;

class EmptyingCrashTest {
    private static final int LENGTH = 1 << 20;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers());

    @ParameterizedTest
    @CsvSource({"65536, 16", "4096, 64", "4096, 1"})
    void aCrashLeavesTheImageFullOrEmptyAndSoundOnceItIsOpened(int clusterSize, int refcountBits)
            throws Exception {
        ByteBuffer data = fill(clusterSize, refcountBits);
        MemoryStorage storage = host.get("disk");
        byte[] initial = storage.content();
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            storage.record();
            disk.makeEmpty();
        }

        int[] states = {0, 0};
        new CrashStates(initial, storage.ops(), 1, 10)
                .forEach((image, flushed, cut, description) -> {
                    host.put("crashed", new MemoryStorage(image));
                    ByteBuffer seen = read("crashed");
                    boolean isFull = seen.equals(data);
                    assertThat(isFull || seen.equals(ByteBuffer.allocate(LENGTH)))
                            .as(description)
                            .isTrue();
                    requireClean("crashed", description);
                    states[isFull ? 0 : 1]++;
                });
        assertThat(states[0]).isPositive();
        assertThat(states[1]).isGreaterThan(10);
    }

    @ParameterizedTest
    @CsvSource({"65536, 16", "4096, 64", "4096, 1"})
    void anEmptiedImageIsAsShortAsANewOneAndTakesWrites(int clusterSize, int refcountBits)
            throws Exception {
        create(clusterSize, refcountBits);
        int fresh = host.get("disk").content().length;
        ByteBuffer data = fill(clusterSize, refcountBits);

        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.makeEmpty();
            assertThat(Math.ceilDiv(host.get("disk").content().length, clusterSize))
                    .isEqualTo(Math.ceilDiv(fresh, clusterSize));
            disk.write(LENGTH / 2, data.duplicate().limit(LENGTH / 4), WriteFlags.NONE);
        }

        ByteBuffer expected = ByteBuffer.allocate(LENGTH);
        expected.put(LENGTH / 2, data, 0, LENGTH / 4);
        assertThat(read("disk")).isEqualTo(expected);
        requireClean("disk", "writes after emptying");
    }

    private void create(int clusterSize, int refcountBits) throws BlockException {
        graph.create(
                "qcow2",
                "disk",
                new Options()
                        .put("size", Integer.toString(LENGTH))
                        .put("cluster_size", Integer.toString(clusterSize))
                        .put("refcount_bits", Integer.toString(refcountBits)));
    }

    private ByteBuffer fill(int clusterSize, int refcountBits) throws BlockException {
        create(clusterSize, refcountBits);
        byte[] bytes = new byte[LENGTH];
        new Random(clusterSize).nextBytes(bytes);
        ByteBuffer data = ByteBuffer.allocateDirect(LENGTH).put(bytes).flip();
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.write(0, data, WriteFlags.NONE);
        }
        return data;
    }

    private ByteBuffer read(String name) throws BlockException {
        ByteBuffer seen = ByteBuffer.allocateDirect(LENGTH);
        try (BlockBackend disk = graph.open("qcow2", name)) {
            disk.read(0, seen);
        }
        return seen;
    }

    private void requireClean(String name, String description) throws BlockException {
        assertThat(Qcow2Images.check(graph, name))
                .as(description)
                .extracting(CheckResult::checkErrors, CheckResult::corruptions)
                .containsExactly(0L, 0L);
    }
}
