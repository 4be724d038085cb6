package io.cairn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;
import io.cairn.testimages.GuestModel;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Objects;

/// What filters do above and below qcow2.
class FormatFiltersTest {
    private static final int CLUSTER = 64 << 10;
    private static final int LENGTH = 16 * CLUSTER;

    private final TestGraph graph =
            new TestGraph(new MemoryHost(), new FilterDrivers(), new FormatDrivers());

    @BeforeEach
    void createImages() throws BlockException {
        graph.create("qcow2", "base", new Options().put("size", LENGTH));
        graph.create("qcow2", "mid", new Options().put("size", LENGTH));
        graph.create("qcow2", "top", new Options().put("size", LENGTH));
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private static Options qcow2(String name) {
        return new Options()
                .put("driver", "qcow2")
                .put("file.driver", "memory")
                .put("file.filename", name);
    }

    private BlockBackend open(Options options) throws BlockException {
        return graph.graph()
                .open(
                        new OpenRequest(null, options, TestGraph.WRITABLE, true),
                        Permissions.ALL,
                        Permissions.ALL);
    }

    private static void write(BlockBackend disk, int offset, int length, int value)
            throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        while (data.hasRemaining()) {
            data.put((byte) value);
        }
        disk.write(offset, data.flip(), WriteFlags.NONE);
    }

    private static boolean isAllocated(BlockBackend disk, int cluster) throws BlockException {
        return disk.status((long) cluster * CLUSTER, 1, false).allocated();
    }

    // ---- compressed writes

    @Test
    void aPackedWritePassesTheGateOfEveryNode() throws BlockException {
        Options options =
                new Options()
                        .put("driver", "copy-on-read")
                        .put("file.driver", "copy-on-read")
                        .putSub("file.file", qcow2("top").put("node-name", "q"));
        try (BlockBackend disk = open(options)) {
            BlockNode image = graph.graph().find("q").orElseThrow();
            DirtyBitmap bitmap = image.addBitmap(null, CLUSTER);
            Accounting counted = new Accounting(Accounting.Settings.DEFAULT);
            image.setAccounting(counted);
            ByteBuffer cluster = ByteBuffer.allocateDirect(CLUSTER);
            ByteBuffer packed = ByteBuffer.allocateDirect(CLUSTER);

            int length = disk.pack(cluster.put(0, (byte) 7), packed);
            disk.writePacked(3 * CLUSTER, CLUSTER, packed.slice(0, length));

            assertThat(length).isBetween(1, CLUSTER / 8);
            ByteBuffer read = ByteBuffer.allocateDirect(CLUSTER);
            disk.read(3 * CLUSTER, read);
            assertThat(read).isEqualTo(cluster);
            assertThat(disk.status(3 * CLUSTER, CLUSTER, true).compressed()).isTrue();
            assertThat(counted.statistics(OperationKind.WRITE).bytes()).isEqualTo(CLUSTER);
            assertThat(bitmap.count()).isEqualTo(CLUSTER);
        }
    }

    @Test
    void aFilterThatHasToSeeTheDataTakesNoPackedWrite() throws BlockException {
        Options options = new Options().put("driver", "preallocate").putSub("file", qcow2("top"));
        try (BlockBackend disk = open(options)) {
            ByteBuffer packed = ByteBuffer.allocateDirect(100);

            assertThatThrownBy(() -> disk.writePacked(0, CLUSTER, packed))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOTSUP));
            assertThat(isAllocated(disk, 0)).isFalse();
        }
    }

    // ---- copy-on-read

    /// What is copied is padded to whole blocks, and that writes what is there already, too.
    @Test
    void copiesZeroesIntoLargeBlocksForWhoMayNotWrite() throws BlockException {
        Options options =
                new Options()
                        .put("driver", "copy-on-read")
                        .put("file.driver", "raw")
                        .put("file.file.driver", "blkdebug")
                        .put("file.file.align", CLUSTER)
                        .putSub("file.file.image", qcow2("top").put("node-name", "q"));
        BlockNode filter =
                graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
        BlockNode image = graph.graph().find("q").orElseThrow();
        try (BlockBackend reader =
                        graph.graph()
                                .newBackend(
                                        "",
                                        filter,
                                        Permissions.of(Permission.CONSISTENT_READ),
                                        Permissions.ALL);
                BlockBackend below =
                        graph.graph().newBackend("", image, Permissions.NONE, Permissions.ALL)) {
            reader.read(3 * CLUSTER + 512, ByteBuffer.allocateDirect(512));

            assertThat(isAllocated(below, 3)).isTrue();
            assertThat(isAllocated(below, 4)).isFalse();
        }
    }

    /// Its storage does not hear of it.
    @Test
    void copyingIsAnEventOfTheNodeThatIsCopiedInto() throws BlockException {
        try (BlockBackend disk = open(debugged("file", "file.image"))) {
            assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocateDirect(16)))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        }
        try (BlockBackend disk = open(debugged("file.file", "file.file.image"))) {
            disk.read(0, ByteBuffer.allocateDirect(16));

            assertThat(isAllocated(disk, 0)).isTrue();
        }
    }

    /// A copy-on-read filter over an image with a tester at some place.
    private static Options debugged(String tester, String below) {
        Options options = new Options().put("driver", "copy-on-read");
        options.put(tester + ".driver", "blkdebug");
        options.put(tester + ".inject-error.0.event", "cor_write");
        options.put(tester + ".inject-error.0.errno", 1);
        if (tester.equals("file")) {
            return options.putSub(below, qcow2("top"));
        }
        return options.put("file.driver", "qcow2")
                .put(below + ".driver", "memory")
                .put(below + ".filename", "top");
    }

    private Options chain() throws BlockException {
        try (BlockBackend base = open(qcow2("base"))) {
            write(base, 0, LENGTH, 1);
        }
        try (BlockBackend mid = open(qcow2("mid"))) {
            write(mid, 4 * CLUSTER, CLUSTER, 2);
        }
        return new Options()
                .put("driver", "copy-on-read")
                .putSub("file", qcow2("top"))
                .putSub("file.backing", qcow2("mid").put("node-name", "m"))
                .putSub("file.backing.backing", qcow2("base"));
    }

    @Test
    void copyOnReadCopiesTheWholeClustersThatAreRead() throws BlockException {
        try (BlockBackend disk = open(chain())) {
            disk.read(CLUSTER + 1000, ByteBuffer.allocateDirect(10));

            assertThat(isAllocated(disk, 0)).isFalse();
            assertThat(isAllocated(disk, 1)).isTrue();
            assertThat(isAllocated(disk, 2)).isFalse();
        }
    }

    @Test
    void copyOnReadCopiesNothingFromBelowItsBottom() throws BlockException {
        try (BlockBackend disk = open(chain().put("bottom", "m"))) {
            disk.read(0, ByteBuffer.allocateDirect(LENGTH));

            for (int cluster = 0; cluster < LENGTH / CLUSTER; cluster++) {
                assertThat(isAllocated(disk, cluster)).as("%d", cluster).isEqualTo(cluster == 4);
            }
        }
    }

    @Test
    void prefetchingCopiesWhatAReadWouldCopyAndReadsTheNodeNotAtAll() throws BlockException {
        try (BlockBackend disk = open(chain().put("bottom", "m").put("file.node-name", "t"))) {
            BlockNode top = graph.graph().find("t").orElseThrow();
            write(disk, 5 * CLUSTER, CLUSTER, 3);
            BlockNode storage = Objects.requireNonNull(top.primary());
            Accounting counted = new Accounting(Accounting.Settings.DEFAULT);
            storage.setAccounting(counted);

            disk.prefetch(100, LENGTH - 200);

            assertThat(counted.statistics(OperationKind.READ).bytes()).isLessThan(CLUSTER);
            for (int cluster = 0; cluster < LENGTH / CLUSTER; cluster++) {
                assertThat(isAllocated(disk, cluster))
                        .as("%d", cluster)
                        .isEqualTo(cluster == 4 || cluster == 5);
            }
            ByteBuffer copied = ByteBuffer.allocateDirect(CLUSTER);
            disk.read(4 * CLUSTER, copied);
            assertThat(copied.get(0)).isEqualTo((byte) 2);
            assertThat(copied.get(CLUSTER - 1)).isEqualTo((byte) 2);
        }
    }

    @Test
    void readingGivesOutWhatIsCopiedWithoutReadingItAgain() throws BlockException {
        try (BlockBackend disk = open(chain().put("file.node-name", "t"))) {
            BlockNode top = graph.graph().find("t").orElseThrow();
            write(disk, 5 * CLUSTER, CLUSTER, 3);
            BlockNode storage = Objects.requireNonNull(top.primary());
            Accounting counted = new Accounting(Accounting.Settings.DEFAULT);
            storage.setAccounting(counted);
            ByteBuffer read = ByteBuffer.allocateDirect(LENGTH - 200);

            disk.read(100, read);

            assertThat(counted.statistics(OperationKind.READ).bytes())
                    .isBetween((long) CLUSTER, 2L * CLUSTER - 1);
            for (int position = 100; position < LENGTH - 100; position++) {
                int cluster = position / CLUSTER;
                int expected = cluster == 4 ? 2 : cluster == 5 ? 3 : 1;
                assertThat((int) read.get(position - 100)).isEqualTo(expected);
            }
        }
    }

    @Test
    void copyOnReadKeepsItsChainDownToTheBottom() throws BlockException {
        Options options = chain().put("bottom", "m").put("file.node-name", "t");
        ChainChanges changes = new ChainChanges(graph.graph());
        try (BlockBackend disk = open(options)) {
            BlockNode top = graph.graph().find("t").orElseThrow();
            BlockNode mid = graph.graph().find("m").orElseThrow();

            assertThatThrownBy(() -> changes.changeBacking(top, null, null))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM))
                    .hasMessageContaining("frozen 'backing' link");
            assertThat(mid.children()).noneMatch(ChildEdge::isFrozen);
            assertThat(disk.node().child("file").orElseThrow().isFrozen()).isTrue();
        }
    }

    @Test
    void copyOnReadLetsItsChainGoWhenItIsClosed() throws BlockException {
        BlockNode top =
                graph.graph()
                        .add(
                                new OpenRequest(
                                        null,
                                        qcow2("top")
                                                .put("node-name", "t")
                                                .putSub(
                                                        "backing",
                                                        qcow2("mid").put("node-name", "m")),
                                        TestGraph.WRITABLE,
                                        true));
        try (BlockBackend disk =
                open(
                        new Options()
                                .put("driver", "copy-on-read")
                                .put("file", "t")
                                .put("bottom", "m"))) {
            assertThat(disk.length()).isEqualTo(LENGTH);
            assertThat(top.children()).anyMatch(ChildEdge::isFrozen);
        }

        assertThat(top.children()).noneMatch(ChildEdge::isFrozen);
        new ChainChanges(graph.graph()).changeBacking(top, null, null);
    }

    @Test
    void copyOnReadRefusesABottomOutsideItsChain() throws BlockException {
        Options options = chain();

        assertThatThrownBy(() -> open(new Options(options).put("bottom", "x")))
                .hasMessage("Bottom node 'x' not found");
        assertThatThrownBy(() ->
                        open(
                                new Options(options)
                                        .put("file.file.node-name", "f")
                                        .put("bottom", "f")))
                .hasMessageContaining("is not in the backing chain");
    }

    @Test
    void copyOnReadNeedsAWritableChild() {
        Options options =
                new Options()
                        .put("driver", "copy-on-read")
                        .putSub("file", qcow2("top").put("read-only", true));

        assertThatThrownBy(() ->
                        graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true)))
                .hasMessage("Block node is read-only");
    }

    // ---- compress

    private static Options compress(Options below) {
        return new Options().put("driver", "compress").putSub("file", below);
    }

    @Test
    void compressStoresEveryClusterCompressed() throws BlockException {
        try (BlockBackend disk = open(compress(qcow2("top")))) {
            GuestModel model = new GuestModel(disk, new byte[LENGTH], 1, 1);
            model.write(1000, ByteBuffer.allocateDirect(3 * CLUSTER));
            model.zero(5 * CLUSTER, CLUSTER, WriteFlags.NONE);
            model.write(6 * CLUSTER + 1, model.randomData(100));

            model.verify();
            assertThat(disk.status(0, 1, false).compressed()).isTrue();
            assertThat(disk.status(3 * CLUSTER, 1, false).compressed()).isTrue();
            assertThat(disk.status(6 * CLUSTER, 1, false).compressed()).isTrue();
        }
        assertThat(graph.host().get("top").content().length).isLessThan(6 * CLUSTER);
    }

    @Test
    void compressRefusesAChildThatCannotCompress() {
        assertThatThrownBy(() ->
                        open(
                                compress(
                                        new Options()
                                                .put("driver", "raw")
                                                .put("file.driver", "memory")
                                                .put("file.filename", "top"))))
                .hasMessage("Compression is not supported for underlying format: raw");
    }

    // ---- preallocate

    private static Options preallocated(String name) {
        return new Options()
                .put("driver", "qcow2")
                .put("file.driver", "preallocate")
                .put("file.prealloc-align", 4096)
                .put("file.prealloc-size", 4 << 20)
                .put("file.file.driver", "memory")
                .put("file.file.filename", name);
    }

    @Test
    void preallocateGrowsTheFileAheadAndCutsItWhenClosed() throws BlockException {
        MemoryStorage file = graph.host().get("top");
        try (BlockBackend disk = open(preallocated("top"))) {
            write(disk, 0, CLUSTER, 1);
            long ahead = file.content().length;
            write(disk, CLUSTER, CLUSTER, 2);

            assertThat(ahead).isGreaterThan(4 << 20);
            assertThat(file.content().length).isEqualTo(ahead);
        }
        long seen = file.content().length;
        try (BlockBackend disk = open(qcow2("top"))) {
            assertThat(disk.node().driverInstance().check(quiet()).imageEndOffset())
                    .isEqualTo(seen);
        }
    }

    @Test
    void preallocateCutsTheFileWhenItsUserMayNotResizeAnyMore() throws BlockException {
        MemoryStorage file = graph.host().put("plain", new MemoryStorage(new byte[1024]));
        Options options =
                new Options()
                        .put("driver", "preallocate")
                        .put("file.driver", "memory")
                        .put("file.filename", "plain");
        try (BlockBackend disk = open(options)) {
            Objects.requireNonNull(disk.root())
                    .write(2000, ByteBuffer.allocateDirect(1000), WriteFlags.NONE);
            assertThat(file.content().length).isEqualTo(129 << 20);
            assertThat(disk.length()).isEqualTo(3072);

            disk.setPermissions(Permissions.NONE, Permissions.ALL);

            assertThat(file.content().length).isEqualTo(3000);
        }
    }

    /// Only space that is asked for as such is there already.
    @Test
    void preallocateLetsItsSpaceGoBeforeTheFileGrows() throws BlockException {
        MemoryStorage file = graph.host().put("plain", new MemoryStorage(new byte[1024]));
        Options options =
                new Options()
                        .put("driver", "preallocate")
                        .put("file.driver", "memory")
                        .put("file.filename", "plain");
        try (BlockBackend disk = open(options)) {
            Objects.requireNonNull(disk.root())
                    .write(2048, ByteBuffer.allocateDirect(1024), WriteFlags.NONE);
            long ahead = file.content().length;
            disk.truncate(8192, true, Preallocation.FALLOC, false);
            assertThat(file.content().length).isEqualTo(ahead).isGreaterThan(8192);

            disk.truncate(16384, true, Preallocation.OFF, false);

            assertThat(file.content().length).isEqualTo(16384);
        }
    }

    @Test
    void preallocateWorksWhereThereIsNoRoomToPreallocate() throws BlockException {
        MemoryStorage file = graph.host().get("top");
        file.limit(2 << 20);
        try (BlockBackend disk = open(preallocated("top"))) {
            GuestModel model = new GuestModel(disk, new byte[LENGTH], 1, 1);
            model.run(100);
            model.verify();
        }
        assertThat(file.content().length).isLessThan(2 << 20);
    }

    private static CheckRequest quiet() {
        return new CheckRequest(false, false, line -> {});
    }

    // ---- snapshot-access

    @Test
    void snapshotAccessOfAnythingElseIsRefused() throws BlockException {
        Options options =
                new Options().put("driver", "snapshot-access").putSub("file", qcow2("top"));
        try (BlockBackend disk = open(options)) {
            assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocateDirect(1)))
                    .satisfies(
                            e -> assertThat(((BlockException) e).errno()).isEqualTo(Errno.ENOTSUP));
        }
    }
}
