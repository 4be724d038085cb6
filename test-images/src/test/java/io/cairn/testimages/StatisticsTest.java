package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.DetectZeroes;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.AccountedBackend;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// What nodes and backends count of their requests. Each request takes one nanosecond, since the
/// clock steps when it is asked.
class StatisticsTest {
    private static final int LENGTH = 1 << 20;

    /// Where requests fail.
    private static final int BAD = 64 << 10;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FilterDrivers());
    private final AtomicLong now = new AtomicLong();
    private final Accounting accounting =
            new Accounting(Accounting.Settings.DEFAULT, now::getAndIncrement);
    private BlockNode node;
    private BlockBackend backend;

    @BeforeEach
    void open() throws BlockException {
        host.put("disk", new MemoryStorage(new byte[LENGTH]));
        Options options =
                new Options()
                        .put("driver", "blkdebug")
                        .put("inject-error.0.event", "none")
                        .put("inject-error.0.sector", BAD / 512)
                        .put("image.driver", MemoryHost.DRIVER)
                        .put("image.filename", "disk");
        node = graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
        backend = graph.graph().newBackend("", node, Permissions.ALL, Permissions.ALL);
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private static ByteBuffer data(int length) {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            data.put(i, (byte) 1);
        }
        return data;
    }

    private void assertCounts(OperationKind kind, int operations, long bytes, int failed) {
        OperationStatistics seen = accounting.statistics(kind);
        assertThat(seen.operations()).as(kind + " operations").isEqualTo(operations);
        assertThat(seen.bytes()).as(kind + " bytes").isEqualTo(bytes);
        assertThat(seen.failed()).as(kind + " failed").isEqualTo(failed);
        assertThat(seen.totalNanos()).as(kind + " time").isEqualTo(operations + failed);
    }

    @Test
    void aNodeCountsEveryKindOnceAndOnlyWhileAsked() throws BlockException {
        backend.read(0, data(512));
        node.setAccounting(accounting);

        backend.read(0, data(1024));
        backend.write(0, data(2048), WriteFlags.FUA);
        backend.writeZeroes(0, 4096, WriteFlags.NONE);
        backend.discard(0, 512);
        backend.flush();
        assertThatThrownBy(() -> backend.read(BAD, data(512))).isInstanceOf(BlockException.class);
        node.setAccounting(null);
        backend.read(0, data(512));

        assertCounts(OperationKind.READ, 1, 1024, 1);
        assertCounts(OperationKind.WRITE, 2, 6144, 0);
        assertCounts(OperationKind.UNMAP, 1, 512, 0);
        assertCounts(OperationKind.FLUSH, 1, 0, 0);
    }

    @Test
    void aWriteThatBecomesZeroesIsCountedOnce() throws BlockException {
        host.put("zeroes", new MemoryStorage(new byte[LENGTH]));
        Options options =
                new Options()
                        .put("driver", MemoryHost.DRIVER)
                        .put("filename", "zeroes")
                        .put("detect-zeroes", "on");
        BlockNode detecting =
                graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
        assertThat(detecting.detectZeroes()).isEqualTo(DetectZeroes.ON);
        detecting.setAccounting(accounting);
        try (BlockBackend on =
                graph.graph().newBackend("", detecting, Permissions.ALL, Permissions.ALL)) {
            on.write(0, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);
        }

        assertCounts(OperationKind.WRITE, 1, 4096, 0);
    }

    @Test
    void knowsTheHighestWriteWhetherItSucceededOrNot() throws BlockException {
        assertThat(node.highestWriteOffset()).isZero();

        backend.write(8192, data(512), WriteFlags.NONE);
        backend.write(0, data(512), WriteFlags.NONE);
        backend.discard(LENGTH - 512, 512);
        assertThat(node.highestWriteOffset()).isEqualTo(8704);
        assertThatThrownBy(() -> backend.write(BAD, data(1024), WriteFlags.NONE))
                .isInstanceOf(BlockException.class);
        assertThat(node.highestWriteOffset()).isEqualTo(BAD + 1024);
        backend.writeZeroes(BAD * 2, 4096, WriteFlags.NONE);

        assertThat(node.highestWriteOffset()).isEqualTo(BAD * 2 + 4096);
    }

    @Test
    void aFrontEndsRequestsAreCountedAndThoseBesideItAreNot() throws BlockException {
        AccountedBackend counted = backend.account(accounting);
        assertThat(backend.accounting()).containsSame(accounting);
        backend.read(0, data(512));

        counted.read(0, data(512));
        counted.write(512, data(1024), WriteFlags.NONE);
        counted.writeZeroes(0, 2048, WriteFlags.NONE);
        counted.discard(0, 4096);
        counted.flush();
        assertThatThrownBy(() -> counted.write(BAD, data(512), WriteFlags.NONE))
                .isInstanceOf(BlockException.class);

        assertCounts(OperationKind.READ, 1, 512, 0);
        assertCounts(OperationKind.WRITE, 2, 3072, 1);
        assertCounts(OperationKind.UNMAP, 1, 4096, 0);
        assertCounts(OperationKind.FLUSH, 1, 0, 0);
    }

    @Test
    void aRequestBeyondTheDiskIsInvalid() {
        AccountedBackend counted = backend.account(accounting);

        assertThatThrownBy(() -> counted.read(LENGTH, data(512))).hasMessage("Input/output error");
        assertThatThrownBy(() -> counted.discard(-1, 512)).hasMessage("Input/output error");
        assertThatThrownBy(() -> counted.writeZeroes(0, Long.MAX_VALUE, WriteFlags.NONE))
                .hasMessage("Input/output error");

        assertThat(accounting.statistics(OperationKind.READ).invalid()).isEqualTo(1);
        assertThat(accounting.statistics(OperationKind.UNMAP).invalid()).isEqualTo(1);
        assertThat(accounting.statistics(OperationKind.WRITE).invalid()).isEqualTo(1);
        assertThat(accounting.statistics(OperationKind.READ).failed()).isZero();
    }
}
