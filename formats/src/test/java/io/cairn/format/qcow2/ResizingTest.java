package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

class ResizingTest {
    private static final int LENGTH = 4 << 20;
    private static final int SHORT = 256 << 10;
    private static final int CHUNK = 64 << 10;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void leavesNoEmptyRefcountBlocksAndUsesTheirClustersAgain(long seed) throws BlockException {
        create("refcount_bits", seed % 2 == 0 ? "64" : "16");
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            fill(disk, new Random(seed));

            disk.truncate(SHORT, true, Preallocation.OFF, false);
            requireNoEmptyRefblock(graph.host().get("disk").content());

            disk.truncate(LENGTH, true, Preallocation.OFF, false);
            fill(disk, new Random(seed));
        }
        requireClean();
    }

    @ParameterizedTest
    @ValueSource(strings = {"metadata", "falloc", "full"})
    void preallocatesTheVacantRestOfTheLastCluster(String mode) throws BlockException {
        Preallocation preallocation = Preallocation.OFF;
        for (Preallocation candidate : Preallocation.values()) {
            preallocation = candidate.text().equals(mode) ? candidate : preallocation;
        }
        graph.create("qcow2", "disk", new Options().put("size", "96k"));
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.truncate(128 << 10, true, preallocation, false);

            assertThat(disk.status(0, 64 << 10, true).allocated()).isFalse();
            assertThat(disk.status(64 << 10, 64 << 10, true).allocated()).isTrue();
        }
        requireClean();
    }

    /// Where the peer places the reserved data, as seen.
    @ParameterizedTest
    @CsvSource({
        "65536, 0, 1048576, 5",
        "65536, 536870912, 545259520, 6",
        "4096, 262144, 8388608, 6",
        "4096, 5242880, 15728640, 7",
        "4096, 1048576, 41943040, 10",
        "512, 1024, 307200, 8"
    })
    void reservesDataBehindAllThatCountsThem(int cluster, long old, long size, int first)
            throws BlockException {
        Options options = new Options().put("size", Long.toString(old));
        graph.create("qcow2", "disk", options.put("cluster_size", Integer.toString(cluster)));
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.truncate(size, true, Preallocation.FALLOC, false);
        }

        ByteBuffer image = ByteBuffer.wrap(graph.host().get("disk").content());
        long table = cluster / Long.BYTES * (long) cluster;
        int l1 = Math.toIntExact(image.getLong(40));
        int l2 = offset(image, l1 + Math.toIntExact(old / table) * Long.BYTES);
        int inTable = Math.toIntExact(old % table / cluster);
        assertThat(offset(image, l2 + inTable * Long.BYTES)).isEqualTo(first * cluster);
        requireClean();
    }

    private static int offset(ByteBuffer image, int at) {
        return Math.toIntExact(image.getLong(at) & Qcow2Layout.OFFSET_MASK);
    }

    @Test
    void namesARefcountBlockThatNothingCounts() throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "64M"));
        byte[] damaged = graph.host().get("disk").content();
        ByteBuffer image = ByteBuffer.wrap(damaged);
        int secondEntry = Math.toIntExact(image.getLong(48)) + Long.BYTES;
        image.putLong(secondEntry, 0xff_ffff_0000_0000L);
        graph.host().put("disk", new MemoryStorage(damaged));
        List<BlockEvent> events = Collections.synchronizedList(new ArrayList<>());
        graph.graph().listen(events::add);

        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            assertThatThrownBy(() -> disk.truncate(32 << 20, true, Preallocation.OFF, false))
                    .hasMessageStartingWith("Failed to discard unused refblocks");
            assertThat(events)
                    .containsExactly(
                            new BlockEvent.ImageCorrupted(
                                    disk.node().name(),
                                    "Refblock at 0xffffff00000000 is not covered by the refcount"
                                            + " structures",
                                    OptionalLong.of(0xff_ffff_0000_0000L),
                                    OptionalLong.of(64 << 10),
                                    true));
        }
    }

    private void create(String option, String value) throws BlockException {
        Options options = new Options().put("size", Integer.toString(LENGTH));
        graph.create("qcow2", "disk", options.put("cluster_size", "512").put(option, value));
    }

    private static void fill(BlockBackend disk, Random random) throws BlockException {
        List<Integer> offsets = new ArrayList<>();
        for (int offset = 0; offset < LENGTH; offset += CHUNK) {
            offsets.add(offset);
        }
        Collections.shuffle(offsets, random);
        for (int offset : offsets) {
            disk.write(offset, ByteBuffer.allocateDirect(CHUNK), WriteFlags.NONE);
        }
    }

    private static void requireNoEmptyRefblock(byte[] content) {
        ByteBuffer image = ByteBuffer.wrap(content);
        int table = Math.toIntExact(image.getLong(48));
        int entries = image.getInt(56) * 512 / Long.BYTES;
        for (int i = 0; i < entries; i++) {
            int block = Math.toIntExact(image.getLong(table + i * Long.BYTES));
            byte[] bytes = new byte[512];
            image.get(block, bytes);
            assertThat(block == 0 || !ByteBuffer.wrap(bytes).equals(ByteBuffer.allocate(512)))
                    .as("refcount block " + i)
                    .isTrue();
        }
    }

    private void requireClean() throws BlockException {
        assertThat(graph.graph().takeCloseFailure()).isEmpty();
        assertThat(Qcow2Images.check(graph, "disk"))
                .extracting(CheckResult::checkErrors, CheckResult::corruptions, CheckResult::leaks)
                .containsExactly(0L, 0L, 0L);
    }
}
