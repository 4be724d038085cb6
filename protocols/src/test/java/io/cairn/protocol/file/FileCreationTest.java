package io.cairn.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.ImageLockedException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class FileCreationTest {
    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;

    @AfterEach
    void close() {
        graph.close();
    }

    @Test
    void makesASparseFileWithItsFirstBlockWritten() throws IOException {
        Path file = directory.resolve("a");

        graph.create(file, new Options().put("size", "1M"));

        assertThat(Files.size(file)).isEqualTo(1 << 20);
        try (BlockBackend disk = graph.open(file)) {
            assertThat(disk.node().allocatedLength()).isLessThanOrEqualTo(64 << 10);
        }
    }

    @Test
    void emptiesAFileThatIsThere() throws IOException {
        Path file = directory.resolve("a");
        Files.writeString(file, "content");

        graph.create(file, new Options().put("size", "512").put("preallocation", "full"));

        assertThat(Files.readAllBytes(file)).isEqualTo(new byte[512]);
    }

    @Test
    void reservesSpace() throws IOException {
        Path file = directory.resolve("a");

        graph.create(file, new Options().put("size", "1M").put("preallocation", "falloc"));

        try (BlockBackend disk = graph.open(file)) {
            assertThat(disk.length()).isEqualTo(1 << 20);
            assertThat(disk.node().allocatedLength()).isGreaterThanOrEqualTo(1 << 20);
        }
    }

    @Test
    void saysWhyItCannotMakeTheFile() {
        Path file = directory.resolve("no/such/a");

        assertThatThrownBy(() -> graph.create(file, new Options().put("size", "512")))
                .hasMessage("Could not create '" + file + "': No such file or directory");
    }

    @Test
    void refusesOptionsInThePeersWords() {
        Path file = directory.resolve("a");

        assertThatThrownBy(() -> graph.create(file, new Options().put("preallocation", "foo")))
                .hasMessage("invalid parameter value: foo");
        assertThatThrownBy(() -> graph.create(file, new Options().put("preallocation", "metadata")))
                .hasMessage("Unsupported preallocation mode: metadata");
        assertThatThrownBy(() -> graph.create(file, new Options().put("extent_size_hint", "8E")))
                .hasMessage("Extent size hint is too large");
    }

    @Test
    void reportsALengthThatNoFilesystemHolds() {
        assertThatThrownBy(
                        () -> graph.create(directory.resolve("a"), new Options().put("size", "7E")))
                .isInstanceOfSatisfying(
                        BlockException.class,
                        e -> assertThat(e.errno()).isIn(Errno.EFBIG, Errno.EINVAL));
    }

    @Test
    void leavesAFileAloneThatSomebodyMayResize() throws IOException {
        Path file = directory.resolve("a");
        Files.writeString(file, "content");
        try (BlockBackend _ = graph.open(file, HostGraph.WRITABLE, Permissions.ALL)) {
            assertThatThrownBy(() -> graph.create(file, new Options().put("size", "512")))
                    .isInstanceOf(ImageLockedException.class)
                    .hasMessage("Failed to get shared \"resize\" lock");
        }
        assertThat(Files.readString(file)).isEqualTo("content");
    }
}
