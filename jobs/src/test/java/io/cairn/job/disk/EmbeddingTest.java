package io.cairn.job.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.job.JobControl;
import io.cairn.job.image.CreateRequest;
import io.cairn.job.image.MapExtent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class EmbeddingTest {
    @TempDir Path folder;

    /// The ten lines that the README shows.
    @Test
    void createsWritesAndConvertsAnImage() throws IOException {
        String disk = folder.resolve("disk.qcow2").toString();
        String copy = folder.resolve("disk.raw").toString();
        ByteBuffer bytes = ByteBuffer.wrap("boot".getBytes(StandardCharsets.UTF_8));

        try (DiskImages images = DiskImages.open()) {
            images.create(CreateRequest.of(disk, "qcow2", 1 << 20));
            try (DiskImage image = images.openWritable(disk, "qcow2")) {
                image.channel().position(4096).write(bytes);
                image.convertTo(copy, "raw", new JobControl());
                assertThat(image.info().virtualSize()).isEqualTo(1 << 20);
            }
        }

        byte[] converted = Files.readAllBytes(Path.of(copy));
        assertThat(converted).hasSize(1 << 20);
        assertThat(new String(converted, 4096, 4, StandardCharsets.UTF_8)).isEqualTo("boot");
    }

    @Test
    void channelReadsUpToTheDisksEnd() throws IOException {
        String disk = folder.resolve("a.raw").toString();

        try (DiskImages images = DiskImages.open()) {
            images.create(CreateRequest.of(disk, "raw", 8192));
            try (DiskImage image = images.openWritable(disk, "raw");
                    SeekableByteChannel channel = image.channel()) {
                channel.position(8190);

                assertThat(channel.read(ByteBuffer.allocate(10))).isEqualTo(2);
                assertThat(channel.position()).isEqualTo(8192);
                assertThat(channel.read(ByteBuffer.allocate(10))).isEqualTo(-1);
            }
        }
    }

    @Test
    void channelWritesUpToTheDisksEnd() throws IOException {
        String disk = folder.resolve("a.raw").toString();

        try (DiskImages images = DiskImages.open()) {
            images.create(CreateRequest.of(disk, "raw", 8192));
            try (DiskImage image = images.openWritable(disk, "raw");
                    SeekableByteChannel channel = image.channel()) {
                channel.position(8190);
                ByteBuffer source = ByteBuffer.allocate(10);

                assertThat(channel.write(source)).isEqualTo(2);
                assertThat(source.position()).isEqualTo(2);
                assertThatThrownBy(() -> channel.write(source))
                        .isInstanceOf(OutOfSpaceException.class);
            }
        }
    }

    @Test
    void channelOfAnImageOpenedToReadDoesNotWrite() throws IOException {
        String disk = folder.resolve("a.raw").toString();

        try (DiskImages images = DiskImages.open()) {
            images.create(CreateRequest.of(disk, "raw", 8192));
            try (DiskImage image = images.open(disk, "raw");
                    SeekableByteChannel channel = image.channel()) {
                assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
                        .isInstanceOf(NonWritableChannelException.class);
            }
        }
    }

    @Test
    void followsTheNameOfABackingFileOnlyByPolicy() throws IOException {
        String base = folder.resolve("base.raw").toString();
        String top = folder.resolve("top.qcow2").toString();

        try (DiskImages images = DiskImages.open(FollowPolicy.EVERYTHING)) {
            images.create(CreateRequest.of(base, "raw", 1 << 20));
            images.create(CreateRequest.of(top, "qcow2", -1).withBacking("base.raw", "raw"));
            try (DiskImage image = images.open(top, "qcow2")) {
                assertThat(image.length()).isEqualTo(1 << 20);
            }
        }

        try (DiskImages images = DiskImages.open()) {
            assertThatThrownBy(() -> images.open(top, "qcow2"))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining("may not be followed");
        }
    }

    @Test
    void mapsExtents() throws IOException {
        String disk = folder.resolve("a.raw").toString();
        List<MapExtent> extents = new ArrayList<>();

        try (DiskImages images = DiskImages.open()) {
            images.create(CreateRequest.of(disk, "raw", 1 << 20));
            try (DiskImage image = images.openWritable(disk, "raw")) {
                image.channel().position(1 << 19).write(ByteBuffer.allocate(4096).put(0, (byte) 1));
                image.map(extents::add, new JobControl());
            }
        }

        assertThat(extents).isNotEmpty();
        assertThat(extents.getLast().end()).isEqualTo(1 << 20);
        assertThat(extents)
                .anySatisfy(extent -> {
                    assertThat(extent.start()).isLessThanOrEqualTo(1 << 19);
                    assertThat(extent.data()).isTrue();
                });
    }
}
