package io.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.CancelledJobException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.image.MapExtent;
import io.cairn.job.image.MapImage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class MapImageTest {
    private static final int CLUSTER = 65536;

    private final JobImages images = new JobImages();

    @AfterEach
    void close() {
        images.close();
    }

    /// A disk of which every other cluster holds data.
    private BlockBackend striped(int stripes) throws BlockException {
        BlockBackend disk = images.create("qcow2", "disk", 2L * stripes * CLUSTER);
        for (int i = 0; i < stripes; i++) {
            JobImages.fill(disk, 2L * i * CLUSTER, CLUSTER, i);
        }
        return disk;
    }

    @Test
    void handsOverManyExtentsInOrder() throws BlockException {
        BlockBackend disk = striped(700);
        List<MapExtent> extents = new ArrayList<>();
        Thread caller = Thread.currentThread();

        MapImage.run(
                disk,
                0,
                -1,
                extent -> {
                    assertThat(Thread.currentThread()).isSameAs(caller);
                    extents.add(extent);
                },
                new JobControl());

        assertThat(extents).hasSize(1400);
        for (int i = 0; i < extents.size(); i++) {
            MapExtent extent = extents.get(i);
            assertThat(extent.start()).isEqualTo((long) i * CLUSTER);
            assertThat(extent.length()).isEqualTo(CLUSTER);
            assertThat(extent.data()).isEqualTo(i % 2 == 0);
        }
    }

    @Test
    void endsWithTheFailureOfTheSink() throws BlockException {
        BlockBackend disk = striped(1500);
        List<MapExtent> extents = new ArrayList<>();

        assertThatThrownBy(() ->
                        MapImage.run(
                                disk,
                                0,
                                -1,
                                extent -> {
                                    if (extents.size() == 600) {
                                        throw new BlockException(Errno.EINVAL, "enough");
                                    }
                                    extents.add(extent);
                                },
                                new JobControl()))
                .hasMessage("enough");

        assertThat(extents).hasSize(600);
    }

    @Test
    void endsWhenCancelled() throws BlockException {
        BlockBackend disk = striped(2);
        JobControl control = new JobControl();
        control.cancel();

        assertThatThrownBy(() -> MapImage.run(disk, 0, -1, _ -> {}, control))
                .isInstanceOf(CancelledJobException.class);
    }
}
