package io.cairn.protocol.nullco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.protocol.ProtocolDrivers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

class NullDriverTest {
    private final BlockGraph graph =
            new BlockGraph(new DriverRegistry(List.of(new ProtocolDrivers())));

    @AfterEach
    void close() {
        graph.close();
    }

    private BlockBackend open(Options options) throws BlockException {
        OpenRequest request = OpenRequest.of(options.put("driver", "null-co")).writable();
        return graph.open(request, Permissions.ALL, Permissions.ALL);
    }

    @Test
    void hasAGibibyteByDefault() throws BlockException {
        try (BlockBackend disk = open(new Options())) {
            assertThat(disk.length()).isEqualTo(1 << 30);
            assertThat(disk.node().filename()).isEqualTo("null-co://");
        }
    }

    @Test
    void leavesBuffersAloneUnlessToldToZeroThem() throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4).putInt(0, 0x12345678);
        try (BlockBackend disk = open(new Options())) {
            disk.read(0, buffer);
            assertThat(buffer.getInt(0)).isEqualTo(0x12345678);
        }
        try (BlockBackend disk = open(new Options().put("read-zeroes", true))) {
            disk.read(0, buffer);
            assertThat(buffer.getInt(0)).isZero();
        }
    }

    @Test
    void tellsZeroesOnlyIfItReadsThem() throws BlockException {
        try (BlockBackend disk = open(new Options().put("size", "1M"))) {
            BlockStatus status = disk.status(0, 1 << 20, true);
            assertThat(status.allocated()).isFalse();
            assertThat(status.zero()).isFalse();
        }
        try (BlockBackend disk = open(new Options().put("read-zeroes", true))) {
            BlockStatus status = disk.status(0, 1 << 20, true);
            assertThat(status.zero()).isTrue();
            assertThat(status.hostOffset()).isZero();
        }
    }

    @Test
    void takesEverythingAndKeepsNothing() throws BlockException {
        try (BlockBackend disk = open(new Options().put("read-zeroes", "on"))) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4).putInt(0, 0x12345678);
            disk.write(0, buffer, WriteFlags.FUA);
            disk.writeZeroes(512, 512, WriteFlags.MAY_UNMAP);
            disk.discard(0, 512);
            disk.flush();
            disk.read(0, buffer);

            assertThat(buffer.getInt(0)).isZero();
            assertThat(disk.node().allocatedLength()).isZero();
            assertThatThrownBy(() -> disk.truncate(512, true, Preallocation.OFF, false))
                    .hasMessage("Image format driver does not support resize");
        }
    }

    @Test
    void namesItselfByWhatWasGiven() throws BlockException {
        try (BlockBackend disk = open(new Options().put("size", "1M").put("latency-ns", 1000L))) {
            assertThat(disk.node().filename())
                    .isEqualTo("json:{\"driver\": \"null-co\", \"size\": \"1M\"}");
        }
    }

    @Test
    void waitsAsLongAsItIsTold() throws BlockException {
        try (BlockBackend disk = open(new Options().put("latency-ns", 2_000_000L))) {
            long start = System.nanoTime();
            disk.read(0, ByteBuffer.allocateDirect(512));
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2_000_000L);
        }
    }

    @Test
    void refusesOtherNamesAndNegativeLatency() {
        assertThatThrownBy(() ->
                        graph.open(
                                OpenRequest.of("null-co://foo").withFormat("null-co"),
                                Permissions.NONE,
                                Permissions.ALL))
                .hasMessage("The only allowed filename for this driver is 'null-co://'");
        assertThatThrownBy(() -> open(new Options().put("latency-ns", -1L)))
                .hasMessage("latency-ns is invalid");
    }

    @Test
    void refusesALengthThatNoDiskHas() {
        Options options = new Options().put("size", Long.MAX_VALUE);

        assertThatThrownBy(() -> open(options))
                .hasMessage("Could not refresh total sector count: File too large");
    }
}
