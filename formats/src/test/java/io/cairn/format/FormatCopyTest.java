package io.cairn.format;

import static io.cairn.block.WriteFlags.NONE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Ranges that are copied inside the host: every node on both ways is entered.
class FormatCopyTest {
    private static final int CLUSTER = 64 << 10;
    private static final int LENGTH = 16 * CLUSTER;

    private final TestGraph graph =
            new TestGraph(new MemoryHost(), new FilterDrivers(), new FormatDrivers());

    @BeforeEach
    void createImages() throws BlockException {
        graph.create("qcow2", "q", new Options().put("size", LENGTH));
        graph.create("qcow2", "t", new Options().put("size", LENGTH));
        graph.host().put("r", new MemoryStorage(new byte[LENGTH]));
        graph.host().put("w", new MemoryStorage(new byte[LENGTH]));
        try (BlockBackend source = open(qcow2("q"))) {
            content(source).write(0, content(source).randomData(3 * CLUSTER));
        }
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private static Options file(String name) {
        return new Options().put("driver", "memory").put("filename", name);
    }

    private static Options qcow2(String name) {
        return new Options().put("driver", "qcow2").putSub("file", file(name));
    }

    private static Options raw(Options file) {
        return new Options().put("driver", "raw").putSub("file", file);
    }

    private BlockBackend open(Options options) throws BlockException {
        OpenRequest request = new OpenRequest(null, options, TestGraph.WRITABLE, true);
        return graph.graph().open(request, Permissions.ALL, Permissions.ALL);
    }

    private static GuestModel content(BlockBackend disk) {
        return new GuestModel(disk, new byte[LENGTH], 1, 1);
    }

    private static byte[] read(BlockBackend disk, int offset, int length) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        disk.read(offset, buffer);
        byte[] bytes = new byte[length];
        buffer.get(0, bytes);
        return bytes;
    }

    private Accounting account(String node) {
        Accounting accounting = new Accounting(Accounting.Settings.DEFAULT);
        graph.graph().find(node).orElseThrow().setAccounting(accounting);
        return accounting;
    }

    @Test
    void everyNodeOnBothWaysIsEntered() throws BlockException {
        Options source = raw(qcow2("q").put("node-name", "sq").put("file.node-name", "sf"));
        Options target = qcow2("t").put("node-name", "tq");
        target = new Options(target).put("file.node-name", "tf");
        List<BlockEvent> events = Collections.synchronizedList(new ArrayList<>());
        graph.graph().listen(events::add);
        try (BlockBackend from = open(source);
                BlockBackend to = open(target)) {
            List<Accounting> readers = List.of(account("sq"), account("sf"));
            List<Accounting> writers = List.of(account("tq"), account("tf"));
            BlockNode node = to.node();
            DirtyBitmap bitmap = node.addBitmap(null, CLUSTER);
            node.setWriteThreshold(CLUSTER);
            MemoryStorage storage = graph.host().get("t");

            boolean isCopied = to.copyFrom(from, CLUSTER, 4L * CLUSTER, 2L * CLUSTER);

            assertThat(isCopied).isTrue();
            assertThat(storage.copiedBytes()).isEqualTo(2 * CLUSTER);
            assertThat(read(to, 4 * CLUSTER, 2 * CLUSTER))
                    .isEqualTo(read(from, CLUSTER, 2 * CLUSTER));
            for (Accounting reader : readers) {
                assertThat(reader.statistics(OperationKind.READ).bytes()).isGreaterThan(0);
            }
            for (Accounting writer : writers) {
                assertThat(writer.statistics(OperationKind.WRITE).bytes())
                        .isGreaterThanOrEqualTo(2 * CLUSTER);
            }
            assertThat(bitmap.count()).isEqualTo(2 * CLUSTER);
            assertThat(node.highestWriteOffset()).isEqualTo(6L * CLUSTER);
            assertThat(events).hasSize(1).first().isInstanceOf(BlockEvent.WriteThreshold.class);
        }
    }

    @Test
    void whatSurroundsAPartOfAClusterIsKept() throws BlockException {
        try (BlockBackend from = open(qcow2("q"));
                BlockBackend to = open(qcow2("t").putSub("backing", raw(file("r"))))) {
            try (BlockBackend backing = open(raw(file("w")))) {
                assertThat(backing.copyFrom(from, 0, 0, CLUSTER)).isTrue();
            }

            boolean isCopied = to.copyFrom(from, 1536, 10 * CLUSTER + 512, CLUSTER);

            assertThat(isCopied).isTrue();
            GuestModel expected = content(to);
            System.arraycopy(
                    read(from, 1536, CLUSTER), 0, expected.expected(), 10 * CLUSTER + 512, CLUSTER);
            expected.verify();
        }
    }

    @Test
    void anUnallocatedRangeIsCopiedFromTheBackingFileAndZeroedBehindItsEnd() throws BlockException {
        graph.create("qcow2", "o", new Options().put("size", 2 * LENGTH));
        try (BlockBackend from = open(qcow2("o").putSub("backing", qcow2("q")));
                BlockBackend to = open(raw(file("w")))) {
            to.truncate(2 * LENGTH, true, Preallocation.OFF, false);
            to.write(0, ByteBuffer.allocateDirect(2 * LENGTH).put(2 * LENGTH - 1, (byte) 1), NONE);

            assertThat(to.copyFrom(from, 0, 0, 2 * LENGTH)).isTrue();

            assertThat(read(to, 0, 2 * LENGTH)).isEqualTo(read(from, 0, 2 * LENGTH));
            assertThat(graph.host().get("w").copiedBytes()).isEqualTo(3 * CLUSTER);
        }
    }

    @Test
    void aNodeThatHasToSeeTheDataEndsTheAttempt() throws BlockException {
        List<Options> sources =
                List.of(
                        new Options().put("driver", "copy-on-read").putSub("file", qcow2("q")),
                        new Options().put("driver", "blkdebug").putSub("image", qcow2("q")),
                        raw(new Options().put("driver", "blkdebug").putSub("image", qcow2("q"))));
        for (Options source : sources) {
            try (BlockBackend from = open(source);
                    BlockBackend to = open(raw(file("w")))) {
                assertThat(to.copyFrom(from, 0, 0, CLUSTER)).isFalse();
            }
        }
        List<Options> targets =
                List.of(
                        new Options().put("driver", "preallocate").putSub("file", raw(file("w"))),
                        raw(file("w")).put("detect-zeroes", "on"),
                        raw(file("w").put("detect-zeroes", "on")),
                        new Options().put("driver", "blkdebug").putSub("image", raw(file("w"))));
        for (Options target : targets) {
            try (BlockBackend from = open(qcow2("q"));
                    BlockBackend to = open(target)) {
                assertThat(to.copyFrom(from, 0, 0, CLUSTER)).isFalse();
            }
        }
        assertThat(graph.host().get("w").copiedBytes()).isZero();
    }

    @Test
    void aGuardedFirstSectorIsNotCopiedUnseen() throws BlockException {
        OpenRequest request = new OpenRequest("mem:w", new Options(), TestGraph.WRITABLE, true);
        try (BlockBackend from = open(raw(file("q")));
                BlockBackend to = graph.graph().open(request, Permissions.ALL, Permissions.ALL)) {
            assertThat(to.copyFrom(from, 0, 0, 512)).isFalse();
            assertThat(to.copyFrom(from, 0, 512, 512)).isTrue();
        }
    }

    @Test
    void aCopyNeedsThePermissionToWrite() throws BlockException {
        OpenRequest request = new OpenRequest(null, raw(file("w")), TestGraph.WRITABLE, true);
        Permissions reads = Permissions.of(Permission.CONSISTENT_READ);
        try (BlockBackend from = open(qcow2("q"));
                BlockBackend to = graph.graph().open(request, reads, Permissions.ALL)) {
            assertThatThrownBy(() -> to.copyFrom(from, 0, 0, CLUSTER))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        }
    }
}
