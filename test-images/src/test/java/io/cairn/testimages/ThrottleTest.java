package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.option.Options;
import io.cairn.block.throttle.Direction;
import io.cairn.block.throttle.ThrottleGroup;
import io.cairn.block.throttle.ThrottleMember;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A `throttle` node in a graph. A group that has been used up lets nothing pass for days, so that
/// no test depends on time.
@Timeout(60)
class ThrottleTest {
    private static final int LENGTH = 1 << 20;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph test = new TestGraph(host, new FilterDrivers());
    private final BlockGraph graph = test.graph();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    @BeforeEach
    void addFullGroup() throws BlockException {
        addGroup("full", "1");
        addGroup("wide", "1000000000000");
        ThrottleMember member = graph.objects().throttleGroups().join("full");
        member.admit(Direction.WRITE, 1 << 20);
        member.close();
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void addGroup(String id, String bps) throws BlockException {
        graph.objects().add(ThrottleGroupObject.TYPE, id, new Options().put("x-bps-total", bps));
    }

    private ThrottleGroup group(String id) {
        return graph.objects().throttleGroups().find(id).orElseThrow();
    }

    private BlockNode add(String name, String groupId) throws BlockException {
        host.put("disk", new MemoryStorage(new byte[LENGTH]));
        Options options =
                new Options()
                        .put("driver", "throttle")
                        .put("node-name", name)
                        .put("throttle-group", groupId)
                        .put("file.driver", MemoryHost.DRIVER)
                        .put("file.filename", "disk")
                        .put("file.node-name", name + "-file");
        return graph.add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private BlockBackend backend(BlockNode node) throws BlockException {
        return graph.newBackend("", node, Permissions.ALL, Permissions.ALL);
    }

    /// Makes one request of each kind, and returns when all of them wait.
    private Workers waiting(BlockBackend backend, String groupId) {
        Workers workers = Workers.virtual("waiting");
        fork(workers, () -> backend.read(0, ByteBuffer.allocateDirect(512)));
        fork(workers, () -> backend.write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE));
        fork(workers, () -> backend.writeZeroes(512, 512, WriteFlags.NONE));
        fork(workers, () -> backend.discard(1024, 512));
        Eventually.await("all four wait", () -> group(groupId).waiting() == 4);
        return workers;
    }

    private void fork(Workers workers, Workers.Body request) {
        workers.fork(() -> {
            try {
                request.run();
                passed.incrementAndGet();
            } catch (BlockException e) {
                assertThat(e.errno()).isEqualTo(Errno.ECANCELED);
                cancelled.incrementAndGet();
            }
        });
    }

    @Test
    void drainOfANodeAboveLetsPass() throws BlockException {
        add("t", "full");
        BlockNode above = filter("copy-on-read", new Options().put("file", "t"));
        assertDrainLetsPass(above, above);
    }

    /// What comes through a node that is drained because of one of its children may wait in another
    /// one.
    @Test
    void drainOfANodeBesideLetsPass() throws BlockException {
        add("t", "full");
        BlockNode beside = add("beside", "wide");
        Options votes = new Options().put("vote-threshold", "2").put("children.0", "t");
        BlockNode above = filter("quorum", votes.put("children.1", "beside"));
        assertDrainLetsPass(above, beside);
    }

    private BlockNode filter(String driver, Options options) throws BlockException {
        options.put("driver", driver).put("node-name", "above");
        return graph.add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private void assertDrainLetsPass(BlockNode above, BlockNode drained) throws BlockException {
        try (BlockBackend backend = backend(above);
                Workers workers = Workers.virtual("waiting")) {
            fork(workers, () -> write(backend));
            Eventually.await("it waits", () -> group("full").waiting() == 1);
            graph.drain(drained).close();
            Eventually.await("it has passed", () -> passed.get() == 1);
            fork(workers, () -> write(backend));
            Eventually.await("the next one waits", () -> group("full").waiting() == 1);
            graph.drain(drained).close();
            workers.join();
        }
        assertThat(passed).hasValue(2);
    }

    private static void write(BlockBackend backend) throws BlockException {
        backend.write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
    }

    @Test
    void flushesDoNotWait() throws BlockException {
        try (BlockBackend backend = backend(add("t", "full"))) {
            backend.flush();
        }
    }

    /// Reads that nothing limits are handed on uncounted; whoever drains waits for them all the
    /// same.
    @Test
    void drainWaitsForReadsThatPassWithoutLimits() throws BlockException {
        graph.objects().add(ThrottleGroupObject.TYPE, "none", new Options());
        BlockNode node = add("t", "none");
        MemoryStorage disk = host.get("disk");
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger heldAfterwards = new AtomicInteger(-1);
        try (BlockBackend backend = backend(node);
                BlockBackend _ = watcher(node, begun);
                Workers workers = Workers.virtual("drain")) {
            disk.hold();
            fork(workers, () -> backend.read(0, ByteBuffer.allocateDirect(512)));
            disk.awaitHeld(1);
            workers.fork(() -> {
                try (BlockGraph.Drain _ = graph.drain(node)) {
                    heldAfterwards.set(disk.held());
                }
            });
            Eventually.await("the drain has begun", () -> begun.getCount() == 0);
            assertThat(heldAfterwards.get()).isEqualTo(-1);
            disk.letGo();
            workers.join();
        }

        assertThat(heldAfterwards.get()).isZero();
        assertThat(passed.get()).isEqualTo(1);
    }

    /// Another user of a node, who hears of a drain and needs not be waited for.
    private BlockBackend watcher(BlockNode node, CountDownLatch begun) throws BlockException {
        BlockBackend.DrainListener listener =
                new BlockBackend.DrainListener() {
                    @Override
                    public void drainBegun() {
                        begun.countDown();
                    }

                    @Override
                    public void drainEnded() {}

                    @Override
                    public void awaitQuiet() {}
                };
        return graph.newJobBackend(
                node,
                Permissions.NONE,
                Permissions.ALL,
                new BlockBackend.JobUse("", "watcher", "watched", listener));
    }

    @Test
    void aLimitThatComesLaterHoldsForReads() throws BlockException {
        graph.objects().add(ThrottleGroupObject.TYPE, "none", new Options());
        BlockNode node = add("t", "none");
        try (BlockBackend backend = backend(node)) {
            backend.read(0, ByteBuffer.allocateDirect(512));
            group("none").setLimits(group("full").limits());
            ThrottleMember member = graph.objects().throttleGroups().join("none");
            member.admit(Direction.WRITE, 1 << 20);
            member.close();

            try (Workers _ = waiting(backend, "none")) {
                assertThat(passed.get()).isZero();
                node.cancelWaiting();
            }
        }

        assertThat(cancelled.get()).isEqualTo(4);
    }

    @Test
    void drainLetsWhatWaitsPass() throws BlockException {
        BlockNode node = add("t", "full");
        try (BlockBackend backend = backend(node);
                Workers workers = waiting(backend, "full")) {
            try (BlockGraph.Drain _ = graph.drain(node)) {
                assertThat(group("full").waiting()).isZero();
            }
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(4);
    }

    @Test
    void drainOfTheNodeBelowLetsWhatWaitsPass() throws BlockException {
        BlockNode node = add("t", "full");
        BlockNode below = graph.find("t-file").orElseThrow();
        try (BlockBackend backend = backend(node);
                Workers workers = waiting(backend, "full")) {
            try (BlockGraph.Drain _ = graph.drain(below)) {
                assertThat(group("full").waiting()).isZero();
            }
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(4);
    }

    @Test
    void closingTheBackendLetsWhatWaitsPass() throws BlockException {
        BlockBackend backend = backend(add("t", "full"));
        try (Workers workers = waiting(backend, "full")) {
            backend.close();
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(4);
    }

    @Test
    void waitsAgainAfterADrain() throws BlockException {
        BlockNode node = add("t", "full");
        graph.drain(node).close();

        try (BlockBackend backend = backend(node);
                Workers workers = waiting(backend, "full")) {
            node.cancelWaiting();
            workers.join();
        }

        assertThat(passed.get()).isZero();
        assertThat(cancelled.get()).isEqualTo(4);
    }

    @Test
    void reopenMovesToAnotherGroupAndLetsWhatWaitsPass() throws BlockException {
        BlockNode node = add("t", "full");
        try (BlockBackend backend = backend(node);
                Workers workers = waiting(backend, "full")) {
            reopen(node, "wide");
            workers.join();
            backend.read(0, ByteBuffer.allocateDirect(4096));
        }

        assertThat(passed.get()).isEqualTo(4);
        assertThat(node.filename()).contains("\"throttle-group\": \"wide\"");
        assertThat(group("full").isUsed()).isFalse();
        graph.objects().remove("full");
        assertThatThrownBy(() -> graph.objects().remove("wide"))
                .hasMessage("object 'wide' is in use, can not be deleted");
    }

    @Test
    void aReopenThatFailsStaysInTheGroup() throws BlockException {
        BlockNode node = add("t", "wide");

        assertThatThrownBy(() -> reopen(node, "nope"))
                .hasMessage("Throttle group 'nope' does not exist");

        assertThat(group("wide").isUsed()).isTrue();
        assertThat(node.filename()).contains("\"throttle-group\": \"wide\"");
    }

    private void reopen(BlockNode node, String groupId) throws BlockException {
        Options options = new Options().put("throttle-group", groupId);
        graph.reopen(List.of(new ReopenRequest(node, options, true)));
    }

    @Test
    void nodesThatFailToOpenLeaveTheGroup() {
        assertThatThrownBy(() -> add("t", "nope"))
                .hasMessage("Throttle group 'nope' does not exist");
        Options options = new Options().put("driver", "throttle").put("throttle-group", "wide");
        assertThatThrownBy(
                        () -> graph.add(new OpenRequest(null, options, TestGraph.WRITABLE, true)))
                .hasMessage("A block device must be specified for \"file\"");

        assertThat(group("wide").isUsed()).isFalse();
        assertThat(graph.nodes()).isEmpty();
    }
}
