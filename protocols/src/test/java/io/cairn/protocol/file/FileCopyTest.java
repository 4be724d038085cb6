package io.cairn.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.testimages.GuestModel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Copies between files inside the kernel.
class FileCopyTest {
    private static final int LENGTH = 1 << 20;

    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;
    private byte[] content = new byte[0];

    @BeforeEach
    void makeFile() throws BlockException, IOException {
        try (BlockBackend source = create("source")) {
            GuestModel model = new GuestModel(source, new byte[LENGTH], 1, 1);
            model.write(0, model.randomData(LENGTH));
        }
        content = Files.readAllBytes(directory.resolve("source"));
    }

    @AfterEach
    void closeGraph() {
        graph.close();
    }

    private BlockBackend create(String name) throws BlockException {
        Path file = directory.resolve(name);
        graph.create(file, new Options().put("size", LENGTH));
        return open(name);
    }

    private BlockBackend open(String name) throws BlockException {
        return graph.open(directory.resolve(name), HostGraph.WRITABLE, Permissions.ALL);
    }

    @Test
    void aRangeIsCopiedToWhereItIsToGo() throws BlockException, IOException {
        try (BlockBackend from = open("source");
                BlockBackend to = create("target")) {
            assertThat(to.copyFrom(from, 1000, 300_000, 200_000)).isTrue();
        }

        byte[] expected = new byte[LENGTH];
        System.arraycopy(content, 1000, expected, 300_000, 200_000);
        assertThat(Files.readAllBytes(directory.resolve("target"))).isEqualTo(expected);
    }

    @Test
    void overlappingRangesOfOneFileAreLeftToReadingAndWriting() throws BlockException, IOException {
        try (BlockBackend disk = open("source")) {
            assertThat(disk.copyFrom(disk, 0, 1000, 100_000)).isFalse();
            assertThat(disk.copyFrom(disk, 0, 500_000, 100_000)).isTrue();
        }

        byte[] expected = content.clone();
        System.arraycopy(content, 0, expected, 500_000, 100_000);
        assertThat(Files.readAllBytes(directory.resolve("source"))).isEqualTo(expected);
    }

    @Test
    void aSourceThatEndsWithinTheRangeIsLeftToReadingAndWriting()
            throws BlockException, IOException {
        Files.write(directory.resolve("short"), new byte[1000]);
        try (BlockBackend from = open("short");
                BlockBackend to = create("target")) {
            assertThat(from.length()).isEqualTo(1024);
            assertThat(to.copyFrom(from, 0, 0, 1024)).isFalse();
        }
    }
}
