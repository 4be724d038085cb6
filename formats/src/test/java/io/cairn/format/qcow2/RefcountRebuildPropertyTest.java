package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

class RefcountRebuildPropertyTest {
    private static final int LENGTH = 2 << 20;
    private static final int CLUSTER = 512;

    private TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @Example
    void aTableBehindTheEndOfTheFileIsMadeAnew() throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", Integer.toString(LENGTH)));
        byte[] image = graph.host().get("disk").content();
        ByteBuffer.wrap(image).putLong(48, 0x4000_0001_0000L);
        graph.host().put("disk", new MemoryStorage(image));

        CheckResult repaired = Qcow2Images.repair(graph, "disk");

        assertThat(repaired.corruptionsFixed()).isPositive();
        assertThat(Qcow2Images.check(graph, "disk"))
                .extracting(CheckResult::checkErrors, CheckResult::corruptions, CheckResult::leaks)
                .containsExactly(0L, 0L, 0L);
    }

    /// An image whose second refcount block is said to be at an offset.
    private void nameBlock(long offset) throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "64M"));
        byte[] image = graph.host().get("disk").content();
        ByteBuffer bytes = ByteBuffer.wrap(image);
        bytes.putLong(Math.toIntExact(bytes.getLong(48)) + Long.BYTES, offset);
        graph.host().put("disk", new MemoryStorage(image));
    }

    /// Sets the refcount of a cluster that the first block counts.
    private void count(int cluster) throws BlockException {
        byte[] image = graph.host().get("disk").content();
        ByteBuffer bytes = ByteBuffer.wrap(image);
        int block = Math.toIntExact(bytes.getLong(Math.toIntExact(bytes.getLong(48))));
        bytes.putShort(block + cluster * Short.BYTES, (short) 1);
        graph.host().put("disk", new MemoryStorage(image));
    }

    private List<String> repaired() throws BlockException {
        List<String> messages = new ArrayList<>();
        Qcow2Images.repair(graph, "disk", messages);
        CheckResult after = Qcow2Images.check(graph, "disk");
        assertThat(after.checkErrors() + after.corruptions() + after.leaks()).isZero();
        return messages;
    }

    @Example
    void theFileGrowsOverABlockBehindItsEnd() throws BlockException {
        nameBlock(1 << 20);
        count(16);

        assertThat(repaired()).containsExactly("Repairing refcount block 1 is outside image");

        byte[] image = graph.host().get("disk").content();
        assertThat(image.length).isEqualTo((1 << 20) + 65536);
        assertThat(ByteBuffer.wrap(image).getLong(65536 + Long.BYTES)).isEqualTo(1 << 20);
    }

    @Example
    void structuresAreMadeAnewIfTheBlockBehindTheEndIsNotCounted() throws BlockException {
        nameBlock(1 << 20);

        assertThat(repaired())
                .startsWith(
                        "Repairing refcount block 1 is outside image",
                        "ERROR cluster 16 refcount=0 reference=1",
                        "Rebuilding refcount structure");
    }

    @Example
    void structuresAreMadeAnewIfTheFileCannotGrowOverABlock() throws BlockException {
        for (long offset : new long[] {0x7fff_ffff_ffff_0000L, -65536}) {
            nameBlock(offset);

            assertThat(repaired())
                    .startsWith(
                            "Repairing refcount block 1 is outside image",
                            "ERROR could not resize image: Invalid argument",
                            "Rebuilding refcount structure");
        }
        nameBlock(1L << 60);
        assertThat(repaired()).contains("ERROR could not resize image: File too large");
    }

    @Example
    void aNewTableTakesTheFirstRoomAndBlocksStandInWhatTheyCount() throws BlockException {
        int perBlock = CLUSTER / Short.BYTES;
        ClusterCounts references = new ClusterCounts(4L * perBlock);
        for (int i = 0; i < 4 * perBlock; i++) {
            references.set(i, 1);
        }
        for (int free : new int[] {5, 40, 41, 42, perBlock + 7, 2 * perBlock + 9}) {
            references.set(free, 0);
        }
        BlockBackend file = openFile();
        Geometry geometry = new Geometry(9, 4);

        RefcountRebuild rebuild =
                new RefcountRebuild(
                        new ImageFile(Objects.requireNonNull(file.root())), geometry, references);
        TableLocation table = rebuild.write();

        assertThat(table.offset()).isEqualTo(40 * CLUSTER);
        assertThat(rebuild.table())
                .startsWith(
                        5 * CLUSTER,
                        (perBlock + 7L) * CLUSTER,
                        (2L * perBlock + 9) * CLUSTER,
                        4L * perBlock * CLUSTER);
        file.close();
    }

    private BlockBackend openFile() throws BlockException {
        graph.host().put("file", new MemoryStorage());
        return graph.open(MemoryHost.DRIVER, "file");
    }

    @Property(tries = 60, seed = "1")
    void aRepairMakesDamagedRefcountsSoundAndLeavesTheData(
            @ForAll @IntRange(min = 1, max = 6) int order, @ForAll long seed)
            throws BlockException {
        Random random = new Random(seed);
        graph = new TestGraph(new MemoryHost(), new FormatDrivers());
        graph.create(
                "qcow2",
                "disk",
                new Options()
                        .put("size", Integer.toString(LENGTH))
                        .put("cluster_size", Integer.toString(CLUSTER))
                        .put("refcount_bits", Integer.toString(1 << order)));
        ByteBuffer data = ByteBuffer.allocateDirect(LENGTH / 2);
        for (int i = 0; i < data.capacity(); i += Long.BYTES) {
            data.putLong(i, random.nextLong());
        }
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.write(0, data, WriteFlags.NONE);
        }

        damage(random);
        CheckResult repaired = Qcow2Images.repair(graph, "disk");

        assertThat(repaired.corruptionsFixed()).isPositive();
        assertThat(repaired.corruptions()).isZero();
        assertThat(Qcow2Images.check(graph, "disk"))
                .extracting(CheckResult::checkErrors, CheckResult::corruptions, CheckResult::leaks)
                .containsExactly(0L, 0L, 0L);
        ByteBuffer seen = ByteBuffer.allocateDirect(data.capacity());
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.read(0, seen);
        }
        assertThat(seen).isEqualTo(data);
    }

    /// Clears or scrambles what counts some cluster in use, so that it has no refcount.
    private void damage(Random random) {
        byte[] image = graph.host().get("disk").content();
        ByteBuffer bytes = ByteBuffer.wrap(image);
        int table = Math.toIntExact(bytes.getLong(48));
        int block = Math.toIntExact(bytes.getLong(table));
        switch (random.nextInt(4)) {
            case 0 -> bytes.putLong(table, 0);
            case 1 -> bytes.put(block, new byte[CLUSTER]);
            case 2 -> bytes.put(table + Long.BYTES - 1, (byte) (1 + random.nextInt(255)));
            default -> bytes.put(block, new byte[1 + random.nextInt(CLUSTER)]);
        }
        graph.host().put("disk", new MemoryStorage(image));
    }
}
