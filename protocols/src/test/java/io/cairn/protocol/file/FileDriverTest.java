package io.cairn.protocol.file;

import static io.cairn.protocol.file.HostGraph.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

class FileDriverTest {
    private static final int PAGE = 4096;

    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;

    @AfterEach
    void close() {
        graph.close();
    }

    private Path sparse(String name, long length) throws IOException {
        Path path = directory.resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
        return path;
    }

    @Test
    void saysWhatIsNotThere() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> graph.open(missing))
                .hasMessage("Could not open '" + missing + "': No such file or directory")
                .satisfies(e -> assertThat(((BlockException) e).errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void refusesADirectory() {
        assertThatThrownBy(() -> graph.open(directory, NodeFlags.READ_ONLY, HostGraph.READ))
                .hasMessage("'file' driver requires '" + directory + "' to be a regular file");
        assertThatThrownBy(() -> graph.open(directory))
                .hasMessage("Could not open '" + directory + "': Is a directory");
    }

    @Test
    void wantsAFilename() {
        assertThatThrownBy(() ->
                        graph.open(
                                new Options().put("driver", "file"),
                                NodeFlags.READ_ONLY,
                                HostGraph.READ))
                .hasMessage("The 'file' block driver requires a file name");
    }

    @Test
    void refusesWhatItsOptionsDoNotMean() throws IOException {
        Path file = sparse("a", 512);

        assertRefused(
                HostGraph.options(file).put("aio", "native"),
                "aio=native was specified, but it requires cache.direct=on, which was not"
                        + " specified.");
        assertRefused(HostGraph.options(file).put("aio", "foo"), "invalid parameter value: foo");
        assertRefused(
                HostGraph.options(file).put("pr-manager", "pr0"),
                "No persistent reservation manager with id 'pr0'");
        assertRefused(
                HostGraph.options(file).put("foo", "1"),
                "Block protocol 'file' doesn't support the option 'foo'");
    }

    private void assertRefused(Options options, String message) {
        assertThatThrownBy(() -> graph.open(options, NodeFlags.READ_ONLY, HostGraph.READ))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(message);
    }

    @Test
    void opensNamesWithAndWithoutItsPrefix() throws Exception {
        Path file = sparse("with:colon", 512);

        OpenRequest request = OpenRequest.of("file:" + file).withFormat("file");
        try (BlockBackend disk = graph.graph.open(request, HostGraph.READ, Permissions.ALL)) {
            assertThat(disk.node().filename()).isEqualTo(file.toString());
            assertThat(disk.length()).isEqualTo(512);
        }
    }

    @Test
    void tellsDataFromHoles() throws Exception {
        Path file = sparse("a", 1 << 20);
        try (BlockBackend disk = graph.open(file)) {
            disk.write(256 << 10, data(64 << 10, 1), WriteFlags.NONE);

            BlockStatus before = disk.status(0, 1 << 20, true);
            BlockStatus written = disk.status(256 << 10, 1 << 20 >> 1, true);

            assumeTrue(before.zero(), "the filesystem does not tell holes");
            assertThat(before.length()).isEqualTo(256 << 10);
            assertThat(before.allocated()).isTrue();
            assertThat(before.data()).isFalse();
            assertThat(written.length()).isEqualTo(64 << 10);
            assertThat(written.data()).isTrue();
            assertThat(written.hostOffset()).isEqualTo(256 << 10);
            assertThat(written.hostFile()).isSameAs(disk.node());
        }
    }

    @Test
    void answersWithoutLookingWhenZeroesAreNotWanted() throws Exception {
        try (BlockBackend disk = graph.open(sparse("a", 1 << 20))) {
            BlockStatus status = disk.status(0, 1 << 20, false);

            assertThat(status.length()).isEqualTo(1 << 20);
            assertThat(status.data()).isTrue();
        }
    }

    @Test
    void forgetsDataThatWasGivenBack() throws Exception {
        try (BlockBackend disk = graph.open(sparse("a", 1 << 20))) {
            disk.write(0, data(1 << 20, 1), WriteFlags.NONE);
            assertThat(disk.status(0, 1 << 20, true).data()).isTrue();

            disk.writeZeroes(0, 1 << 19, WriteFlags.MAY_UNMAP);

            BlockStatus status = disk.status(0, 1 << 20, true);
            assumeTrue(status.zero(), "the filesystem does not punch holes");
            assertThat(status.length()).isEqualTo(1 << 19);
        }
    }

    @Test
    void endsDataAtTheExactEndOfTheFile() throws Exception {
        Path file = directory.resolve("odd");
        Files.write(file, new byte[1000]);
        try (BlockBackend disk = graph.open(file)) {
            BlockStatus head = disk.status(0, 1024, true);
            assumeTrue(head.data() && head.length() < 1024, "the filesystem does not tell holes");

            assertThat(disk.length()).isEqualTo(1024);
            assertThat(head.length()).isEqualTo(1000);
            assertThat(disk.status(1000, 24, true).zero()).isTrue();
        }
    }

    @Test
    void zeroesBeyondTheEndGrowTheFile() throws Exception {
        Path file = sparse("a", PAGE);
        try (BlockBackend disk = graph.open(file)) {
            ChildEdge root = Objects.requireNonNull(disk.root());

            root.writeZeroes(PAGE, PAGE, WriteFlags.MAY_UNMAP);
            root.writeZeroes(3 * PAGE, PAGE, WriteFlags.NONE);

            assertThat(Files.size(file)).isEqualTo(4 * PAGE);
            assertThat(disk.length()).isEqualTo(4 * PAGE);
        }
    }

    @Test
    void growsWithPreallocation() throws Exception {
        Path file = sparse("a", PAGE);
        try (BlockBackend disk = graph.open(file)) {
            disk.truncate(1 << 20, true, Preallocation.FALLOC, false);
            assertThat(disk.length()).isEqualTo(1 << 20);
            assertThat(disk.node().allocatedLength()).isGreaterThanOrEqualTo((1 << 20) - PAGE);

            disk.truncate(2 << 20, true, Preallocation.FULL, false);
            assertThat(disk.length()).isEqualTo(2 << 20);
            assertThat(disk.status(1 << 20, 1 << 20, true).data()).isTrue();
        }
    }

    @Test
    void refusesPreallocationThatIsNone() throws Exception {
        try (BlockBackend disk = graph.open(sparse("a", 1 << 20))) {
            assertThatThrownBy(() -> disk.truncate(512, true, Preallocation.FALLOC, false))
                    .hasMessage("Cannot use preallocation for shrinking files");
            assertThatThrownBy(() -> disk.truncate(2 << 20, true, Preallocation.METADATA, false))
                    .hasMessage("Unsupported preallocation mode: metadata");
            assertThat(disk.length()).isEqualTo(1 << 20);
        }
    }

    @Test
    void saysWhenTheFilesystemCannotHoldTheLength() throws Exception {
        try (BlockBackend disk = graph.open(sparse("a", 512))) {
            assertThatThrownBy(() -> disk.truncate(1L << 62, true, Preallocation.OFF, false))
                    .isInstanceOf(BlockException.class)
                    .hasMessageStartingWith("Could not resize file: ");
            assertThat(disk.length()).isEqualTo(512);
        }
    }

    @Test
    void takesDataFromBuffersThatDirectRequestsCannotUse() throws Exception {
        Path file = sparse("a", 1 << 20);
        ByteBuffer odd = data(2 * PAGE + 1, 7).position(1);
        NodeFlags direct = HostGraph.WRITABLE.withCache(true, false);
        BlockBackend opened;
        try {
            opened = graph.open(file, direct, Permissions.ALL);
        } catch (BlockException e) {
            assumeTrue(e.errno() != Errno.EINVAL, "the filesystem has no direct I/O");
            throw e;
        }
        try (BlockBackend disk = opened) {
            disk.write(PAGE, odd, WriteFlags.FUA);

            ByteBuffer back = ByteBuffer.allocateDirect(2 * PAGE + 3).position(3);
            disk.read(PAGE, back);
            assertThat(back).isEqualTo(odd);
        }
    }

    @Test
    void reopensForReadingAndForWriting() throws Exception {
        try (BlockBackend disk =
                graph.open(sparse("a", PAGE), HostGraph.WRITABLE, HostGraph.READ)) {
            reopen(disk, new Options().put("read-only", true));
            assertThat(disk.node().isReadOnly()).isTrue();
            assertThatThrownBy(() -> disk.setPermissions(HostGraph.WRITE, Permissions.ALL))
                    .hasMessage("Block node is read-only");

            reopen(disk, new Options().put("read-only", false).put("cache.direct", true));
            disk.setPermissions(HostGraph.WRITE, Permissions.ALL);
            disk.write(10, data(10, 3), WriteFlags.NONE);

            ByteBuffer back = ByteBuffer.allocateDirect(10);
            disk.read(10, back);
            assertThat(back).isEqualTo(data(10, 3));
        }
    }

    private void reopen(BlockBackend disk, Options options) throws BlockException {
        graph.graph.reopen(List.of(new ReopenRequest(disk.node(), options, true)));
    }

    @Test
    void keepsWhatCannotChangeWhileOpen() throws Exception {
        try (BlockBackend disk = graph.open(sparse("a", PAGE))) {
            assertThatThrownBy(() -> reopen(disk, new Options().put("locking", "off")))
                    .hasMessage("Cannot change the option 'locking'");
            assertThatThrownBy(() -> reopen(disk, new Options().put("filename", "b")))
                    .hasMessage("Cannot change the option 'filename'");
        }
    }

    @Test
    void wantsWhatWasGivenToBeGivenAgain() throws Exception {
        Path file = sparse("a", PAGE);
        Options options =
                HostGraph.options(file).put("locking", "off").put("x-check-cache-dropped", true);
        try (BlockBackend disk = graph.open(options, HostGraph.WRITABLE, HostGraph.WRITE)) {
            Options less = HostGraph.options(file);
            ReopenRequest without = new ReopenRequest(disk.node(), less, false);
            ReopenRequest with =
                    new ReopenRequest(disk.node(), new Options(less).put("locking", "off"), false);

            assertThatThrownBy(() -> graph.graph.reopen(List.of(without)))
                    .hasMessage("Option 'locking' cannot be reset to its default value");
            graph.graph.reopen(List.of(with));

            assertThat(disk.node().options().contains("x-check-cache-dropped")).isFalse();
        }
    }

    @Test
    void takesWriteAccessOnlyWhileItIsNeeded() throws Exception {
        Path file = sparse("a", PAGE);
        NodeFlags dynamic = HostGraph.WRITABLE.withAutoReadOnly(true);
        try (BlockBackend disk = graph.open(file, dynamic, HostGraph.READ)) {
            assertThat(disk.node().isReadOnly()).isFalse();

            disk.setPermissions(HostGraph.WRITE, Permissions.ALL);
            disk.write(0, data(512, 1), WriteFlags.NONE);
            disk.setPermissions(HostGraph.READ, Permissions.ALL);
            Files.setPosixFilePermissions(
                    file, java.nio.file.attribute.PosixFilePermissions.fromString("r--r--r--"));
            assumeTrue(!Files.isWritable(file), "this user may write everything");

            assertThatThrownBy(() -> disk.setPermissions(HostGraph.WRITE, Permissions.ALL))
                    .hasMessage("Could not open '" + file + "': Permission denied");
        }
    }

    @Test
    void theBlockInWhichAFileEndsIsOfOneKind() throws Exception {
        Path file = sparse("a", 3 * PAGE - 1);
        try (BlockBackend disk = graph.open(file)) {
            disk.write(2 * PAGE, data(PAGE - 1, 1), WriteFlags.NONE);
        }
        try (BlockBackend disk =
                graph.open(file, NodeFlags.READ_ONLY.withCache(true, false), HostGraph.READ)) {
            assumeTrue(disk.limits().requestAlignment() > 1, "the filesystem has no O_DIRECT");
            BlockStatus last = disk.status(2 * PAGE, PAGE, true);

            assertThat(last.data()).isTrue();
            assertThat(last.length()).isEqualTo(PAGE);
        }
    }

    @Test
    void aDriveOfCdsIsADevice() throws Exception {
        Path file = sparse("a", PAGE);
        OpenRequest request = OpenRequest.of("host_cdrom:" + file).withFormat("host_cdrom");

        assertThatThrownBy(() -> graph.graph.open(request, HostGraph.READ, Permissions.ALL))
                .hasMessage(
                        "'host_cdrom' driver requires '"
                                + file
                                + "' to be either a character or block device");
    }
}
