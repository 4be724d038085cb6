package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Debuggable;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.CopyBeforeWrite;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What `copy-before-write` keeps, and what `snapshot-access` shows of it.
class CopyBeforeWriteTest {
    private static final int CLUSTER = 64 << 10;
    private static final int LENGTH = 8 * CLUSTER;
    private static final byte OLD = 7;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FilterDrivers());
    private final byte[] before = new byte[LENGTH];
    private final MemoryStorage target;

    CopyBeforeWriteTest() {
        Arrays.fill(before, OLD);
        graph.host().put("disk", new MemoryStorage(before));
        target = graph.host().put("target", new MemoryStorage(new byte[LENGTH]));
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private BlockNode add(Options options) throws BlockException {
        return graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private static Options memory(String name) {
        return new Options().put("driver", MemoryHost.DRIVER).put("filename", name);
    }

    private static Options keeper() {
        return new Options()
                .put("driver", "copy-before-write")
                .put("node-name", "keeper")
                .putSub("file", memory("disk").put("node-name", "disk"))
                .putSub(
                        "target",
                        new Options()
                                .put("driver", "blkdebug")
                                .put("node-name", "target")
                                .putSub("image", memory("target")));
    }

    private BlockBackend guest(Options options) throws BlockException {
        return graph.graph().newBackend("", add(options), writing(), Permissions.ALL);
    }

    private static Permissions writing() {
        return Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);
    }

    private BlockBackend snapshot() throws BlockException {
        return guest(new Options().put("driver", "snapshot-access").put("file", "keeper"));
    }

    private static byte[] read(BlockBackend disk, int offset, int length) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        disk.read(offset, buffer);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static void write(BlockBackend disk, int offset, int length) throws BlockException {
        disk.write(offset, ByteBuffer.allocateDirect(length), WriteFlags.NONE);
    }

    private static Errno errnoOf(Throwable failure) {
        return ((BlockException) failure).errno();
    }

    @Test
    void keepsWhatWritesZeroesAndDiscardsReplace() throws BlockException {
        try (BlockBackend disk = guest(keeper());
                BlockBackend snapshot = snapshot()) {
            write(disk, 100, 10);
            disk.writeZeroes(3 * CLUSTER, CLUSTER, WriteFlags.NONE);
            disk.discard(5 * CLUSTER, 100);

            assertThat(read(snapshot, 0, LENGTH)).isEqualTo(before);
            byte[] copied = target.content();
            for (int cluster = 0; cluster < LENGTH / CLUSTER; cluster++) {
                boolean isTouched = cluster == 0 || cluster == 3 || cluster == 5;
                assertThat(copied[cluster * CLUSTER]).isEqualTo(isTouched ? OLD : 0);
            }
        }
    }

    @Test
    void tellsHowFarItHasCome() throws BlockException {
        try (BlockBackend disk = guest(keeper());
                BlockBackend snapshot = snapshot()) {
            CopyBeforeWrite keeper = (CopyBeforeWrite) keeperNode().driverInstance();
            write(disk, CLUSTER - 1, 2);
            snapshot.discard(4 * CLUSTER, CLUSTER);

            assertThat(keeper.readable()).isEqualTo(LENGTH - CLUSTER);
            assertThat(keeper.overwritten()).isEqualTo(2 * CLUSTER);
            assertThat(keeper.missing()).isEqualTo(LENGTH - 3 * CLUSTER);
            assertThat(keeperNode().filename()).isEqualTo("mem:disk");
            assertThat(snapshot.node().filename()).isEqualTo("mem:disk");
        }
    }

    private BlockNode keeperNode() {
        return graph.graph().find("keeper").orElseThrow();
    }

    @Test
    void copiesAClusterOnce() throws BlockException {
        try (BlockBackend disk = guest(keeper())) {
            write(disk, 0, 512);
            target.record();
            write(disk, 512, 512);

            assertThat(target.ops()).isEmpty();
        }
    }

    @Test
    void snapshotRefusesWritesAndWhatItHasDiscarded() throws BlockException {
        try (BlockBackend disk = guest(keeper());
                BlockBackend snapshot = snapshot()) {
            assertThatThrownBy(() -> write(snapshot, 0, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.ENOTSUP));

            snapshot.discard(CLUSTER - 1, 2 * CLUSTER);
            write(disk, 0, 3 * CLUSTER);

            assertThat(read(snapshot, 0, CLUSTER)[0]).isEqualTo(OLD);
            assertThat(read(snapshot, 2 * CLUSTER, 1)[0]).isEqualTo(OLD);
            assertThatThrownBy(() -> read(snapshot, CLUSTER, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.EACCES));
            assertThat(target.content()[CLUSTER]).isZero();
        }
    }

    @Test
    void snapshotTellsWhatIsZero() throws BlockException {
        graph.host().put("disk", new MemoryStorage(new byte[LENGTH]));
        try (BlockBackend disk = guest(keeper());
                BlockBackend snapshot = snapshot()) {
            disk.write(0, ByteBuffer.allocateDirect(1).put(0, (byte) 1), WriteFlags.NONE);

            BlockStatus copied = snapshot.status(0, LENGTH, true);
            assertThat(copied.zero()).isTrue();
            assertThat(copied.length()).isEqualTo(CLUSTER);
            assertThat(snapshot.status(CLUSTER, CLUSTER, true).zero()).isTrue();
        }
    }

    @Test
    void failingCopyFailsTheGuestsWriteAndKeepsTheSnapshot() throws BlockException {
        Options options = keeper().put("target.inject-error.0.event", "none");
        try (BlockBackend disk = guest(options);
                BlockBackend snapshot = snapshot()) {
            assertThatThrownBy(() -> write(disk, 0, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.EIO));

            assertThat(read(disk, 0, 1)[0]).isEqualTo(OLD);
            assertThat(read(snapshot, 0, 1)[0]).isEqualTo(OLD);
        }
    }

    @Test
    void failingCopyBreaksTheSnapshotIfThatIsWanted() throws BlockException {
        Options options =
                keeper().put("target.inject-error.0.event", "none")
                        .put("on-cbw-error", "break-snapshot");
        try (BlockBackend disk = guest(options);
                BlockBackend snapshot = snapshot()) {
            write(disk, 0, 1);

            assertThat(read(disk, 0, 1)[0]).isZero();
            assertThatThrownBy(() -> read(snapshot, CLUSTER, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.EACCES));
        }
    }

    @Test
    void copyThatTakesTooLongFailsTheWriteAndCountsWhenItEnds() throws BlockException {
        try (BlockBackend disk = guest(keeper().put("cbw-timeout", "1"));
                BlockBackend snapshot = snapshot()) {
            Debuggable stop = graph.graph().find("target").orElseThrow().debuggable().orElseThrow();
            stop.addBreakpoint("pwritev_done", "slow");
            assertThatThrownBy(() -> write(disk, 0, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.ETIMEDOUT));
            assertThat(read(disk, 0, 1)[0]).isEqualTo(OLD);
            stop.resume("slow");

            write(disk, 0, 1);

            assertThat(read(snapshot, 0, 1)[0]).isEqualTo(OLD);
        }
    }

    @Test
    void keepsWhatABitmapNames() throws BlockException {
        add(memory("disk").put("node-name", "plain"));
        DirtyBitmap bitmap = graph.graph().find("plain").orElseThrow().addBitmap("b", 512);
        bitmap.set(CLUSTER + 5, 1);
        Options options =
                new Options()
                        .put("driver", "copy-before-write")
                        .put("node-name", "keeper")
                        .put("file", "plain")
                        .putSub("target", memory("target"))
                        .put("bitmap.node", "plain")
                        .put("bitmap.name", "b");
        try (BlockBackend disk = guest(options);
                BlockBackend snapshot = snapshot()) {
            write(disk, 0, LENGTH);

            assertThat(read(snapshot, CLUSTER, CLUSTER)[0]).isEqualTo(OLD);
            assertThatThrownBy(() -> read(snapshot, 0, 1))
                    .satisfies(e -> assertThat(errnoOf(e)).isEqualTo(Errno.EACCES));
            assertThat(target.content()[0]).isZero();
        }
    }

    @Test
    void refusesABitmapThatIsNotThere() {
        assertThatThrownBy(() -> add(keeper().put("bitmap.node", "x").put("bitmap.name", "b")))
                .hasMessage("Node 'x' not found");
        assertThatThrownBy(() -> add(keeper().put("bitmap.node", "disk").put("bitmap.name", "b")))
                .hasMessage("Dirty bitmap 'b' not found");
        assertThatThrownBy(() -> add(keeper().put("bitmap.node", "disk")))
                .hasMessage("Parameter 'bitmap.name' is missing");
    }

    @Test
    void nobodyElseWritesToTheDiskMeanwhile() throws BlockException {
        try (BlockBackend disk = guest(keeper())) {
            BlockNode below = graph.graph().find("disk").orElseThrow();

            assertThatThrownBy(
                            () -> graph.graph().newBackend("", below, writing(), Permissions.ALL))
                    .hasMessageContaining("permissions 'write'");
            assertThat(disk.length()).isEqualTo(LENGTH);
        }
    }

    /// Whatever the order of the writes and the reads, the snapshot shows what was.
    @Test
    void snapshotStaysWholeUnderConcurrentWrites() throws BlockException {
        try (BlockBackend disk = guest(keeper());
                BlockBackend snapshot = snapshot();
                Workers workers = Workers.virtual("guest")) {
            for (int i = 0; i < 3; i++) {
                int me = i;
                workers.fork(() -> {
                    for (int offset = me * 1000; offset < LENGTH - 5000; offset += 3000) {
                        write(disk, offset, 5000);
                    }
                });
                workers.fork(() -> {
                    for (int n = 0; n < 20; n++) {
                        assertThat(read(snapshot, 0, LENGTH)).isEqualTo(before);
                    }
                });
            }
            workers.join();
        }
    }
}
