package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

@Timeout(60)
class QuorumTest {
    private static final int LENGTH = 64 << 10;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FilterDrivers());
    private final BlockingQueue<BlockEvent> events = new LinkedBlockingQueue<>();
    private final List<MemoryStorage> copies = new ArrayList<>();
    private byte[] content = new byte[0];

    @BeforeEach
    void collectEvents() {
        graph.graph().listen(events::add);
    }

    @AfterEach
    void close() {
        copies.forEach(MemoryStorage::letGo);
        graph.close();
        BufferPool.shared().assertAllReturned();
    }

    // ---- what tests are made of

    private void makeCopies(int count) {
        makeCopies(count, LENGTH);
    }

    private void makeCopies(int count, int length) {
        content = new byte[length];
        new Random(Long.getLong("cairn.seed", 20261122L)).nextBytes(content);
        copies.clear();
        for (int i = 0; i < count; i++) {
            copies.add(host.put("copy" + i, new MemoryStorage(content)));
        }
    }

    private Options options(int threshold) {
        Options options = new Options().put("driver", "quorum").put("node-name", "q");
        options.put("vote-threshold", threshold);
        for (int i = 0; i < copies.size(); i++) {
            options.put("children." + i + ".driver", MemoryHost.DRIVER)
                    .put("children." + i + ".filename", "copy" + i)
                    .put("children." + i + ".node-name", "c" + i);
        }
        return options;
    }

    private BlockBackend open(Options options) throws BlockException {
        return graph.graph()
                .open(
                        new OpenRequest(null, options, TestGraph.WRITABLE, true),
                        Permissions.ALL,
                        Permissions.ALL);
    }

    private static byte[] read(BlockBackend disk, long offset, int length) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        disk.read(offset, buffer);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static void write(BlockBackend disk, long offset, int length, int value)
            throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            buffer.put(i, (byte) value);
        }
        disk.write(offset, buffer, WriteFlags.NONE);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private byte[] start(int copy, int length) {
        return Arrays.copyOf(copies.get(copy).content(), length);
    }

    private Set<String> guilty() {
        Set<String> names = new HashSet<>();
        for (BlockEvent event : events) {
            if (event instanceof BlockEvent.QuorumReportBad bad) {
                names.add(bad.node());
            }
        }
        return names;
    }

    /// Waits for what children still work on, as a change of the graph would.
    private void drain(BlockBackend disk) {
        graph.graph().drain(disk.node()).close();
    }

    // ---- reads

    /// Every choice of faulty children that a threshold bears, each of which fails or lies.
    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,2", "3,3", "4,3", "5,3", "5,4"})
    void readsRightDataAndNamesTheGuiltyWhicheverChildrenAreFaulty(int count, int threshold)
            throws BlockException {
        makeCopies(count);
        try (BlockBackend disk = open(options(threshold))) {
            for (int pattern = 0; pattern < power(3, count); pattern++) {
                Set<String> faulty = new HashSet<>();
                int rest = pattern;
                for (int i = 0; i < count; i++, rest /= 3) {
                    makeFaulty(i, rest % 3, faulty);
                }
                if (faulty.size() <= count - threshold) {
                    assertThat(read(disk, 1000, 5000))
                            .as("pattern %d", pattern)
                            .isEqualTo(Arrays.copyOfRange(content, 1000, 6000));
                    drain(disk);
                    assertThat(guilty()).as("pattern %d", pattern).isEqualTo(faulty);
                }
                restore();
            }
        }
    }

    private void makeFaulty(int index, int kind, Set<String> faulty) {
        switch (kind) {
            case 1 -> copies.get(index).failAfter(0, Errno.EIO);
            case 2 -> copies.get(index).corrupt(1000 + 10 * index, 100);
            default -> {
                return;
            }
        }
        faulty.add("c" + index);
    }

    /// Corrupting twice gives back what was there.
    private void restore() {
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).heal();
            if (!Arrays.equals(copies.get(i).content(), content)) {
                copies.get(i).corrupt(1000 + 10 * i, 100);
            }
        }
        events.clear();
    }

    private static int power(int base, int exponent) {
        return exponent == 0 ? 1 : base * power(base, exponent - 1);
    }

    @Test
    void tellsWhichSectorsOfWhichChildAreBadAndWhy() throws BlockException {
        makeCopies(3);
        copies.get(1).corrupt(5100, 1);
        try (BlockBackend disk = open(options(2))) {
            read(disk, 5000, 200);
            drain(disk);
            assertThat(events)
                    .containsExactly(new BlockEvent.QuorumReportBad("c1", "read", null, 9, 2));

            events.clear();
            copies.get(2).failAfter(0, Errno.ENOSPC);
            read(disk, 0, 512);
            drain(disk);
            assertThat(events)
                    .containsExactly(
                            new BlockEvent.QuorumReportBad(
                                    "c2", "read", "No space left on device", 0, 1));
        }
    }

    @Test
    void childThatCannotTellItsStatusIsReported() throws BlockException {
        makeCopies(2);
        Options options = options(1);
        options.put("children.2.driver", "blkdebug")
                .put("children.2.node-name", "c2")
                .put("children.2.image.driver", MemoryHost.DRIVER)
                .put("children.2.image.filename", "copy0")
                .put("children.2.inject-error.0.event", "none")
                .put("children.2.inject-error.0.iotype", "block-status");
        try (BlockBackend disk = open(options)) {
            BlockStatus status = disk.status(1024, 2048, true);

            assertThat(status.data() && status.allocated()).isTrue();
            assertThat(status.length()).isEqualTo(2048);
            assertThat(events)
                    .containsExactly(
                            new BlockEvent.QuorumReportBad(
                                    "c2", "read", "Input/output error", 2, 4));
        }
    }

    @Test
    void failsWithoutAMajorityAndBlamesNobody() throws BlockException {
        makeCopies(3);
        copies.get(0).corrupt(0, 1);
        copies.get(1).corrupt(1, 1);
        try (BlockBackend disk = open(options(2))) {
            assertFails(Errno.EIO, () -> read(disk, 0, 512));

            assertThat(events).containsExactly(new BlockEvent.QuorumFailure("q", "q", 0, 1));
        }
    }

    @Test
    void failsAsMostChildrenDo() throws BlockException {
        makeCopies(3);
        copies.get(0).failAfter(0, Errno.ENOSPC);
        copies.get(1).failAfter(0, Errno.ENOMEM);
        copies.get(2).failAfter(0, Errno.ENOSPC);
        try (BlockBackend disk = open(options(2))) {
            assertFails(Errno.ENOSPC, () -> read(disk, 0, 512));
        }
    }

    @Test
    void givesTheBackendsNameAsReferenceWhereItHasOne() throws BlockException {
        makeCopies(1);
        copies.getFirst().failAfter(0, Errno.EIO);
        BlockNode node =
                graph.graph().add(new OpenRequest(null, options(1), TestGraph.WRITABLE, true));
        try (BlockBackend disk =
                graph.graph().newBackend("disk", node, Permissions.ALL, Permissions.ALL)) {
            assertFails(Errno.EIO, () -> read(disk, 0, 512));
        }

        assertThat(events).contains(new BlockEvent.QuorumFailure("q", "disk", 0, 1));
    }

    @Test
    void writesWhatHasWonOverWhatHasLost() throws BlockException {
        makeCopies(3);
        copies.get(1).corrupt(100, 50);
        try (BlockBackend disk = open(options(2).put("rewrite-corrupted", true))) {
            read(disk, 0, 512);
        }

        assertThat(copies.get(1).content()).isEqualTo(content);
        assertThat(guilty()).containsExactly("c1");
    }

    @Test
    void readsTheFirstChildThatCan() throws BlockException {
        makeCopies(3);
        copies.get(0).failAfter(0, Errno.EIO);
        copies.get(2).corrupt(0, 512);
        try (BlockBackend disk = open(options(3).put("read-pattern", "fifo"))) {
            assertThat(read(disk, 0, 512)).isEqualTo(Arrays.copyOf(content, 512));
        }

        assertThat(guilty()).containsExactly("c0");
        assertThat(copies.get(2).calls()).isZero();
    }

    @Test
    void stopsWhereTwoChildrenThatAreComparedDiffer() throws BlockException {
        makeCopies(2);
        copies.get(1).corrupt(4096, 1);
        String message = "quorum: offset=1000 bytes=10000 contents mismatch at offset 4096";
        try (BlockBackend disk = open(options(2).put("blkverify", true))) {
            read(disk, 0, 4096);
            assertThatThrownBy(() -> read(disk, 1000, 10000)).hasMessage(message);
        }

        assertThat(events).containsExactly(new BlockEvent.ContentMismatch("q", message));
    }

    // ---- writes

    @ParameterizedTest
    @ValueSource(strings = {"write", "zeroes"})
    void countsThoseThatWrite(String kind) throws BlockException {
        makeCopies(3);
        try (BlockBackend disk = open(options(2))) {
            copies.get(1).failAfter(0, Errno.EIO);
            change(disk, kind, 512, 1024);
            drain(disk);
            assertThat(events)
                    .containsExactly(
                            new BlockEvent.QuorumReportBad(
                                    "c1", "write", "Input/output error", 1, 2));

            events.clear();
            copies.get(1).failAfter(0, Errno.EIO);
            copies.get(2).failAfter(0, Errno.EIO);
            assertFails(Errno.EIO, () -> change(disk, kind, 512, 1024));
            assertThat(events).contains(new BlockEvent.QuorumFailure("q", "q", 1, 2));
        }
    }

    private static void change(BlockBackend disk, String kind, long offset, int length)
            throws BlockException {
        if (kind.equals("write")) {
            write(disk, offset, length, 3);
        } else {
            disk.writeZeroes(offset, length, WriteFlags.NONE);
        }
    }

    @Test
    void countsThoseThatFlushAndReportsNoFailureOfIt() throws BlockException {
        makeCopies(3);
        try (BlockBackend disk = open(options(2))) {
            write(disk, 0, 512, 1);
            drain(disk);
            copies.get(0).failAfter(0, Errno.EIO);
            copies.get(1).failAfter(0, Errno.EIO);

            assertFails(Errno.EIO, disk::flush);

            assertThat(guilty()).containsExactlyInAnyOrder("c0", "c1");
            assertThat(events)
                    .allSatisfy(event ->
                            assertThat(event)
                                    .isEqualTo(
                                            new BlockEvent.QuorumReportBad(
                                                    ((BlockEvent.NodeEvent) event).node(),
                                                    "flush",
                                                    "Input/output error",
                                                    0,
                                                    0)));
        }
    }

    @Test
    void leavesAChildsDataAloneOnDiscard() throws BlockException {
        makeCopies(2);
        try (BlockBackend disk = open(options(2))) {
            disk.discard(0, LENGTH);
        }

        assertThat(copies.get(0).content()).isEqualTo(content);
    }

    // ---- slow children

    @Test
    void doesNotWaitForASlowChildOnceTheVoteIsDecided() throws BlockException {
        makeCopies(3);
        try (BlockBackend disk = open(options(2))) {
            copies.get(1).hold();

            assertThat(read(disk, 0, 512)).isEqualTo(Arrays.copyOf(content, 512));
            write(disk, 4096, 512, 7);
            disk.writeZeroes(8192, 512, WriteFlags.NONE);
            disk.flush();
            assertThat(read(disk, 4096, 512)).isEqualTo(filled(512, 7));

            copies.get(1).awaitHeld(1);
            copies.get(1).letGo();
        }
        assertThat(copies.get(1).content()).isEqualTo(copies.get(0).content());
        assertThat(events).isEmpty();
    }

    @Test
    void judgesAStragglerWhenItReturns() throws BlockException {
        makeCopies(3);
        copies.get(0).corrupt(0, 10);
        try (BlockBackend disk = open(options(2).put("rewrite-corrupted", true))) {
            copies.get(0).hold();
            read(disk, 0, 512);
            assertThat(events).isEmpty();

            copies.get(0).letGo();
            drain(disk);

            assertThat(events)
                    .containsExactly(new BlockEvent.QuorumReportBad("c0", "read", null, 0, 1));
            assertThat(copies.get(0).content()).isEqualTo(content);
        }
    }

    @Test
    void drainWaitsForStragglers() throws BlockException {
        makeCopies(3);
        AtomicBoolean isLetGo = new AtomicBoolean();
        AtomicBoolean wasLetGo = new AtomicBoolean();
        try (BlockBackend disk = open(options(2));
                Workers workers = Workers.virtual("drain")) {
            copies.get(2).hold();
            write(disk, 0, 512, 1);
            copies.get(2).awaitHeld(1);
            workers.fork(() -> {
                drain(disk);
                wasLetGo.set(isLetGo.get());
            });
            isLetGo.set(true);
            copies.get(2).letGo();
            workers.join();

            assertThat(wasLetGo).isTrue();
            assertThat(start(2, 512)).isEqualTo(filled(512, 1));
        }
    }

    @Test
    void writesReachASlowChildInTheirOrder() throws BlockException {
        makeCopies(3);
        try (BlockBackend disk = open(options(2))) {
            copies.get(2).hold();
            for (int value = 0; value < 20; value++) {
                write(disk, value % 3, 600, value);
            }
            copies.get(2).letGo();
        }

        assertThat(copies.get(2).content()).isEqualTo(copies.get(0).content());
    }

    @Test
    void doesNotWriteOldDataOverNewWhenItCorrectsAStraggler() throws BlockException {
        makeCopies(3);
        copies.get(2).corrupt(0, 10);
        try (BlockBackend disk = open(options(2).put("rewrite-corrupted", true))) {
            copies.get(2).hold();
            read(disk, 0, 512);
            write(disk, 0, 512, 9);
            copies.get(2).letGo();
        }

        assertThat(start(2, 512)).isEqualTo(filled(512, 9));
        assertThat(guilty()).containsExactly("c2");
    }

    /// Reads of 4 MiB hold 12 MiB each while a child does not return: a hundred of them would not
    /// fit into the pool.
    @Test
    void aDeadChildHoldsABoundedMuchOfMemory() throws BlockException {
        int length = 4 << 20;
        makeCopies(3, length);
        try (BlockBackend disk = open(options(2))) {
            copies.get(0).hold();
            for (int i = 0; i < 100; i++) {
                disk.read(0, ByteBuffer.allocateDirect(length));
            }
            copies.get(0).letGo();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void asksAChildThatIsBehindWhereItTakesItsVote() throws BlockException {
        int length = 4 << 20;
        makeCopies(3, length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        try (BlockBackend disk = open(options(2));
                Workers workers = Workers.virtual("reader")) {
            copies.get(0).hold();
            for (int i = 0; i < 10; i++) {
                disk.read(0, buffer);
            }
            copies.get(1).corrupt(0, 1);
            workers.fork(() -> disk.read(0, buffer));
            copies.get(0).letGo();
            workers.join();

            assertThat(buffer.get(0)).isEqualTo(content[0]);
        }
        assertThat(guilty()).containsExactly("c1");
    }

    // ---- children

    @Test
    void takesAndGivesUpChildrenWhileItIsOpen() throws BlockException {
        makeCopies(3);
        Options two = options(2);
        two.takeSub("children.2");
        BlockNode third = graph.graph().add(memoryNode("copy2", "c2"));
        try (BlockBackend disk = open(two)) {
            BlockNode quorum = disk.node();
            assertRefused(
                    "The number of children cannot be lower than the vote threshold 2",
                    () -> graph.graph().removeChild(quorum, quorum.children().getFirst()));

            graph.graph().addChild(quorum, third);
            assertThat(names(quorum)).containsExactly("children.0", "children.1", "children.2");
            assertRefused(
                    "The node c2 already has a parent",
                    () -> graph.graph().addChild(quorum, third));
            write(disk, 0, 512, 5);
            graph.graph().removeChild(quorum, quorum.children().getFirst());
            assertThat(names(quorum)).containsExactly("children.1", "children.2");
            assertThat(read(disk, 0, 512)).isEqualTo(filled(512, 5));
            assertThat(quorum.filename())
                    .contains("[{\"driver\": \"memory\", \"filename\": \"copy1\"}, {");
        }
        graph.graph().remove("c2");
        assertThat(start(2, 512)).isEqualTo(filled(512, 5));
    }

    @Test
    void namesANewChildAfterTheLast() throws BlockException {
        makeCopies(3);
        BlockNode fourth = graph.graph().add(memoryNode("copy0", "other"));
        host.put("short", new MemoryStorage(new byte[512]));
        BlockNode wrong = graph.graph().add(memoryNode("short", "short"));
        try (BlockBackend disk = open(options(1))) {
            BlockNode quorum = disk.node();
            graph.graph().removeChild(quorum, quorum.child("children.2").orElseThrow());
            graph.graph().removeChild(quorum, quorum.child("children.0").orElseThrow());

            graph.graph().addChild(quorum, fourth);

            assertThat(names(quorum)).containsExactly("children.1", "children.2");
            assertRefused(
                    "The node short has 512 bytes, the quorum has 65536",
                    () -> graph.graph().addChild(quorum, wrong));
            assertRefused(
                    "The node short does not support adding a child",
                    () -> graph.graph().addChild(wrong, quorum));
        }
    }

    private static OpenRequest memoryNode(String file, String name) {
        return new OpenRequest(
                null,
                new Options()
                        .put("driver", MemoryHost.DRIVER)
                        .put("filename", file)
                        .put("node-name", name),
                TestGraph.WRITABLE,
                true);
    }

    private static List<String> names(BlockNode quorum) {
        return quorum.children().stream().map(edge -> edge.name()).toList();
    }

    // ---- what it is

    @Test
    void saysThatARangeIsZeroWhereAllChildrenDo() throws BlockException {
        for (int i = 0; i < 2; i++) {
            byte[] bytes = new byte[LENGTH];
            bytes[16384 * (i + 1)] = 1;
            copies.add(host.put("copy" + i, new MemoryStorage(bytes)));
        }
        try (BlockBackend disk = open(options(2))) {
            BlockStatus zero = disk.status(0, LENGTH, true);
            BlockStatus data = disk.status(16384, LENGTH - 16384, true);

            assertThat(zero.zero()).isTrue();
            assertThat(zero.length()).isEqualTo(16384);
            assertThat(data.zero()).isFalse();
            assertThat(data.data()).isTrue();
            assertThat(data.hasHostOffset()).isFalse();
        }
    }

    private static void assertFails(Errno errno, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private static void assertRefused(String message, Call call) {
        assertThatThrownBy(call::run).isInstanceOf(BlockException.class).hasMessage(message);
    }

    private interface Call {
        void run() throws BlockException;
    }
}
