package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class GraphTest {
    private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
    private static final Permissions WRITE = READ.plus(Permission.WRITE);

    private final MemoryHost host = new MemoryHost();
    private final TestGraph test = new TestGraph(host);
    private final BlockGraph graph = test.graph();

    @AfterEach
    void close() {
        test.close();
    }

    private BlockNode add(String nodeName, int length) throws BlockException {
        host.put(nodeName, new MemoryStorage(new byte[length]));
        Options options =
                new Options()
                        .put("driver", MemoryHost.DRIVER)
                        .put("node-name", nodeName)
                        .put("filename", nodeName);
        return graph.add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private static ByteBuffer data(int length, int value) {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            data.put(i, (byte) value);
        }
        return data;
    }

    @Test
    void roundsTheLengthUpToSectorsAndReadsZeroesBehindTheEnd() throws BlockException {
        BlockNode node = add("short", 700);

        assertThat(node.length()).isEqualTo(1024);
    }

    @Test
    void refusesANameThatIsTaken() throws BlockException {
        add("a", 512);

        assertThatThrownBy(() -> add("a", 512)).hasMessage("Duplicate nodes with node-name='a'");
    }

    @Test
    void namesTheConflictOfPermissions() throws BlockException {
        BlockNode node = add("a", 512);
        try (BlockBackend first = graph.newBackend("one", node, WRITE, READ)) {
            assertThat(first.length()).isEqualTo(512);

            assertThatThrownBy(() -> graph.newBackend("two", node, WRITE, Permissions.ALL))
                    .hasMessage(
                            "Permission conflict on node 'a': permissions 'write' are both required"
                                    + " by block device 'two' (uses node 'a' as 'root' child) and"
                                    + " unshared by block device 'one' (uses node 'a' as 'root'"
                                    + " child).");
        }
        try (BlockBackend later = graph.newBackend("two", node, WRITE, Permissions.ALL)) {
            assertThat(later.node()).isSameAs(node);
        }
    }

    @Test
    void widensRequestsToTheAlignmentOfTheNode() throws BlockException {
        MemoryHost coarse = new MemoryHost(4096);
        MemoryStorage storage = coarse.put("a", new MemoryStorage(new byte[16384]));
        try (TestGraph aligned = new TestGraph(coarse);
                BlockBackend disk = aligned.open(MemoryHost.DRIVER, "a")) {
            GuestModel model = new GuestModel(disk, new byte[16384], 1, 1);

            model.run(500);

            model.verify();
            storage.record();
            disk.write(5000, data(10, 7), WriteFlags.NONE);
            assertThat(storage.ops())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            HostOp.Write.class,
                            w -> {
                                assertThat(w.offset()).isEqualTo(4096);
                                assertThat(w.data().limit()).isEqualTo(4096);
                            });
        }
    }

    @Test
    void keepsUnalignedWritersOfOneBlockApart() throws BlockException {
        MemoryHost coarse = new MemoryHost(4096);
        coarse.put("a", new MemoryStorage(new byte[4096]));
        try (TestGraph aligned = new TestGraph(coarse);
                BlockBackend disk = aligned.open(MemoryHost.DRIVER, "a");
                Workers workers = Workers.platform("writer")) {
            for (int t = 0; t < 4; t++) {
                int me = t;
                workers.fork(() -> {
                    for (int i = 0; i < 200; i++) {
                        disk.write(me * 100L, data(100, me + 1), WriteFlags.NONE);
                    }
                });
            }
            workers.join();
            ByteBuffer seen = ByteBuffer.allocateDirect(400);
            disk.read(0, seen);
            for (int i = 0; i < 400; i++) {
                assertThat(seen.get(i)).as("byte %d", i).isEqualTo((byte) (i / 100 + 1));
            }
        }
    }

    @Test
    void queuesRequestsOfABackendWhileItsNodeIsDrained() throws Exception {
        BlockNode node = add("a", 4096);
        try (BlockBackend disk = graph.newBackend("d", node, WRITE, Permissions.ALL);
                Workers workers = Workers.platform("writer")) {
            CountDownLatch done = new CountDownLatch(1);
            try (BlockGraph.Drain outer = graph.drain(node)) {
                try (BlockGraph.Drain inner = graph.drain(node)) {
                    assertThat(inner).isNotSameAs(outer);
                    workers.fork(() -> {
                        disk.write(0, data(512, 1), WriteFlags.NONE);
                        done.countDown();
                    });
                }
                assertThat(done.await(50, TimeUnit.MILLISECONDS)).isFalse();
                assertThat(host.get("a").content()[0]).isZero();
            }
            workers.join();
            assertThat(host.get("a").content()[0]).isEqualTo((byte) 1);
        }
    }

    @Test
    void startsAnEdgeToADrainedNodeDrained() throws Exception {
        BlockNode node = add("a", 4096);
        BlockGraph.Drain drain = graph.drain(node);
        try (BlockBackend disk = graph.newBackend("d", node, WRITE, Permissions.ALL);
                Workers workers = Workers.platform("reader")) {
            CountDownLatch done = new CountDownLatch(1);
            workers.fork(() -> {
                disk.read(0, data(512, 0));
                done.countDown();
            });
            assertThat(done.await(50, TimeUnit.MILLISECONDS)).isFalse();

            drain.close();

            workers.join();
            assertThat(done.getCount()).isZero();
        }
    }

    @Test
    void recordsWritesInDirtyBitmaps() throws BlockException {
        BlockNode node = add("a", 1 << 20);
        try (BlockBackend disk = graph.newBackend("d", node, WRITE, Permissions.ALL)) {
            DirtyBitmap bitmap = node.addBitmap("b0", 65536);

            disk.write(70_000, data(512, 1), WriteFlags.NONE);
            disk.writeZeroes(300_000, 100_000, WriteFlags.NONE);

            List<DirtyBitmap.Range> ranges = new ArrayList<>();
            for (DirtyBitmap.Range r = bitmap.nextDirty(0, node.length(), Long.MAX_VALUE);
                    r != null;
                    r = bitmap.nextDirty(r.offset() + r.length(), node.length(), Long.MAX_VALUE)) {
                ranges.add(r);
            }
            assertThat(ranges)
                    .containsExactly(
                            new DirtyBitmap.Range(65536, 65536),
                            new DirtyBitmap.Range(262_144, 196_608));
            assertThat(bitmap.count()).isEqualTo(4 * 65536);
        }
    }

    @Test
    void reportsTheWriteThresholdOnce() throws BlockException {
        List<BlockEvent> events = new ArrayList<>();
        graph.listen(events::add);
        BlockNode node = add("a", 65536);
        node.setWriteThreshold(4096);
        try (BlockBackend disk = graph.newBackend("d", node, WRITE, Permissions.ALL)) {
            disk.write(0, data(4096, 1), WriteFlags.NONE);
            assertThat(events).isEmpty();

            disk.write(4096, data(512, 1), WriteFlags.NONE);
            disk.write(8192, data(512, 1), WriteFlags.NONE);
        }

        assertThat(events).containsExactly(new BlockEvent.WriteThreshold("a", 512, 4096));
        assertThat(node.writeThreshold()).isZero();
    }

    @Test
    void reopensReadOnlyAndBack() throws BlockException {
        BlockNode node = add("a", 4096);
        try (BlockBackend disk = graph.newBackend("d", node, READ, Permissions.ALL)) {
            graph.reopen(
                    List.of(new ReopenRequest(node, new Options().put("read-only", true), true)));
            assertThat(node.isReadOnly()).isTrue();
            assertThatThrownBy(() -> disk.setPermissions(WRITE, Permissions.ALL))
                    .hasMessage("Block node is read-only");

            graph.reopen(
                    List.of(new ReopenRequest(node, new Options().put("read-only", false), true)));
            disk.setPermissions(WRITE, Permissions.ALL);
            disk.write(0, data(512, 3), WriteFlags.NONE);
        }
        assertThat(host.get("a").content()[511]).isEqualTo((byte) 3);
    }

    @Test
    void refusesToReopenReadOnlyUnderAWriterAndChangesNothing() throws BlockException {
        BlockNode node = add("a", 4096);
        try (BlockBackend disk = graph.newBackend("d", node, WRITE, Permissions.ALL)) {
            assertThatThrownBy(() ->
                            graph.reopen(
                                    List.of(
                                            new ReopenRequest(
                                                    node,
                                                    new Options().put("read-only", true),
                                                    true))))
                    .hasMessage("Read-only block node 'a' cannot support read-write users");

            assertThat(node.isReadOnly()).isFalse();
            disk.write(0, data(512, 3), WriteFlags.NONE);
        }
    }

    @Test
    void closesANodeWithItsLastOwner() throws BlockException {
        BlockNode node = add("a", 4096);
        BlockBackend disk = graph.newBackend("d", node, READ, Permissions.ALL);

        assertThatThrownBy(() -> graph.remove("a")).hasMessage("Node a is in use");
        disk.close();
        graph.remove("a");

        assertThat(graph.find("a")).isEmpty();
        assertThat(graph.nodes()).isEmpty();
    }

    @Test
    void closesTheBackendsThatAreOpenWithTheGraph() throws BlockException {
        BlockNode node = add("a", 4096);
        BlockBackend disk = graph.newBackend("d", node, READ, Permissions.ALL);

        graph.close();

        assertThat(graph.nodes()).isEmpty();
        assertThat(disk.root()).isNull();
    }
}
