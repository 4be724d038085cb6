package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;

/// Lets every host call of a run fail once: the request reports it, the image stays sound, and what
/// was there before is still there.
class Qcow2FaultTest {
    private static final int LENGTH = 1 << 20;

    @ParameterizedTest
    @EnumSource(names = {"EIO", "ENOSPC"})
    void staysSoundWhateverHostCallFails(Errno errno) throws BlockException {
        int failing = 0;
        while (runWithFault(failing, errno)) {
            failing++;
        }
        assertThat(failing).as("calls tried").isGreaterThan(20);
    }

    /// True if the planned call was reached.
    private static boolean runWithFault(int failing, Errno errno) throws BlockException {
        MemoryHost host = new MemoryHost();
        TestGraph graph = new TestGraph(host, new FormatDrivers());
        graph.create(
                "qcow2",
                "disk",
                new Options().put("size", Integer.toString(LENGTH)).put("cluster_size", "4096"));
        MemoryStorage storage = host.get("disk");
        byte[] expected = new byte[LENGTH];
        boolean reached;
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            write(disk, expected, 0, 100_000, 1);
            disk.flush();
            long before = storage.calls();
            storage.failAfter(failing, errno);
            boolean failed = runRequests(disk, errno);
            reached = storage.calls() - before > failing;
            assertThat(failed).as("call %d failed unnoticed", failing).isEqualTo(reached);
            storage.heal();
        }
        CheckResult check = Qcow2Images.check(graph, "disk");
        assertThat(check.corruptions()).as("corruptions after call %d failed", failing).isZero();
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            ByteBuffer seen = ByteBuffer.allocateDirect(100_000);
            disk.read(0, seen);
            assertThat(seen.mismatch(ByteBuffer.wrap(expected, 0, 100_000)))
                    .as("content after call %d failed", failing)
                    .isEqualTo(-1);
        }
        return reached;
    }

    private static void write(BlockBackend disk, byte[] expected, int offset, int length, int value)
            throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            data.put(i, (byte) value);
            expected[offset + i] = (byte) value;
        }
        disk.write(offset, data, WriteFlags.NONE);
    }

    /// Requests that leave the first 100,000 bytes alone. True if one of them failed as planned.
    private static boolean runRequests(BlockBackend disk, Errno errno) throws BlockException {
        byte[] scratch = new byte[LENGTH];
        try {
            write(disk, scratch, 200_000, 50_000, 2);
            disk.writeZeroes(210_000, 30_000, WriteFlags.MAY_UNMAP);
            write(disk, scratch, 600_001, 3, 3);
            disk.flush();
            disk.discard(200_704, 8192);
            write(disk, scratch, 900_000, 100_000, 4);
            disk.flush();
            return false;
        } catch (BlockException e) {
            assertThat(e.errno()).isEqualTo(errno);
            return true;
        }
    }
}
