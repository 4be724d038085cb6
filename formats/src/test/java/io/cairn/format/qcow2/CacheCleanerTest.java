package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class CacheCleanerTest {
    @Test
    void cleansAgainAndAgainOnceStarted() throws InterruptedException {
        CountDownLatch cleanings = new CountDownLatch(2);
        try (CacheCleaner cleaner = new CacheCleaner(1, cleanings::countDown)) {
            cleaner.start();

            assertThat(cleanings.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void letsGoOfWhatWasNotUsedSince() throws BlockException {
        TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());
        Options options = new Options().put("size", "4M").put("cluster_size", "4k");
        graph.create("qcow2", "disk", options);
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            Qcow2Image image = ((Qcow2Instance) disk.node().driverInstance()).image();
            disk.write(0, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);
            disk.write(2 << 20, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);

            image.cleanCaches();
            image.cleanCaches();
            assertThat(image.l2().residentSlices()).as("dirty ones stay").isEqualTo(2);

            disk.flush();
            disk.read(0, ByteBuffer.allocateDirect(4096));
            image.cleanCaches();
            assertThat(image.l2().residentSlices()).as("the one in use stays").isEqualTo(1);
            image.cleanCaches();
            assertThat(image.l2().residentSlices()).isZero();
            assertThat(image.refcounts().residentBlocks()).isZero();
        }
    }
}
