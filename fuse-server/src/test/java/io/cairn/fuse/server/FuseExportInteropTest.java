package io.cairn.fuse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.os.FileExtent;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// Files that the kernel and we serve together, by what others can do with them.
@Timeout(60)
class FuseExportInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_127L);
    private static final int LENGTH = 4 << 20;

    @TempDir Path folder;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host);
    private final MemoryStorage storage = host.put("disk", new MemoryStorage(new byte[LENGTH]));
    private final AtomicInteger ended = new AtomicInteger();
    private final List<FuseExport> exports = new ArrayList<>();

    @BeforeEach
    void openDisk() throws BlockException {
        graph.graph()
                .add(
                        new OpenRequest(
                                "mem:disk",
                                new Options()
                                        .put("driver", MemoryHost.DRIVER)
                                        .put("node-name", "mem"),
                                TestGraph.WRITABLE,
                                true));
    }

    @AfterEach
    void close() throws IOException {
        storage.letGo();
        for (FuseExport export : exports) {
            export.close();
        }
        graph.close();
    }

    private Path mount(String name, boolean isWritable, boolean isGrowable) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        open(file, isWritable, isGrowable);
        return file;
    }

    /// Skips the test where nothing can be mounted.
    private FuseExport open(Path file, boolean isWritable, boolean isGrowable)
            throws BlockException {
        BlockNode node = graph.graph().find("mem").orElseThrow();
        FuseOptions options =
                new FuseOptions(
                        "e", file.toString(), isWritable, isGrowable, FuseOptions.AllowOther.AUTO);
        try {
            FuseExport export =
                    FuseExport.open(graph.graph(), node, options, false, ended::incrementAndGet);
            exports.add(export);
            return export;
        } catch (BlockException e) {
            if (e.getMessage().startsWith("Failed to mount")) {
                PeerPrograms.skip("no FUSE here: " + e.detail().orElse(""));
            }
            throw e;
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static FileChannel openChannel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Test
    void fileHoldsWhatTheDiskHoldsAndTheDiskWhatIsWritten() throws IOException {
        Path file = mount("mp", true, false);
        byte[] data = random(LENGTH);

        try (FileChannel channel = openChannel(file)) {
            assertThat(channel.size()).isEqualTo(LENGTH);
            assertThat(channel.write(ByteBuffer.wrap(data), 0)).isEqualTo(LENGTH);
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 12_345);
            channel.force(false);
        }

        data[12_345] = 1;
        data[12_346] = 2;
        data[12_347] = 3;
        assertThat(storage.content()).as("seed %d", SEED).isEqualTo(data);
        assertThat(Files.readAllBytes(file)).isEqualTo(data);
    }

    @Test
    void directTransfersReachTheDisk() throws IOException {
        Path file = mount("mp", true, false);
        byte[] data = random(2 << 20);

        HostFile direct = HostFile.open(file.toString(), OpenFlags.READ_WRITE.withDirect(true));
        try {
            ByteBuffer buffer = ByteBuffer.allocateDirect((2 << 20) + 4096).alignedSlice(4096);
            buffer.put(0, data).limit(2 << 20);
            direct.write(4096, buffer);
            buffer.put(0, new byte[2 << 20]);
            direct.readFully(4096, buffer);
            byte[] read = new byte[2 << 20];
            buffer.get(0, read);
            assertThat(read).as("seed %d", SEED).isEqualTo(data);
        } finally {
            direct.close();
        }
        assertThat(Arrays.copyOfRange(storage.content(), 4096, 4096 + (2 << 20))).isEqualTo(data);
    }

    @Test
    void theFileUnderneathComesBack() throws IOException {
        Path file = folder.resolve("mp");
        Files.writeString(file, "underneath");
        FuseExport export = open(file, false, false);
        assertThat(Files.size(file)).isEqualTo(LENGTH);

        export.close();

        assertThat(Files.readString(file)).isEqualTo("underneath");
        assertThat(ended.get()).isZero();
    }

    @Test
    void aFileThatIsReadOnlySaysSo() throws IOException {
        Path file = mount("mp", false, false);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
        assertThatThrownBy(() -> Files.write(file, new byte[512], StandardOpenOption.WRITE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Errno.EACCES.text());
        assertThatThrownBy(() ->
                        Files.setPosixFilePermissions(
                                file, PosixFilePermissions.fromString("rw-------")))
                .hasMessageContaining(Errno.EROFS.text());
        assertThat(storage.content()).isEqualTo(new byte[LENGTH]);
    }

    @Test
    void onlyAGrowableFileGrowsByWrites() throws IOException {
        Path file = mount("mp", true, false);
        try (FileChannel channel = openChannel(file)) {
            assertThatThrownBy(() -> channel.write(ByteBuffer.wrap(new byte[512]), LENGTH))
                    .hasMessageContaining(Errno.EIO.text());
            channel.truncate(LENGTH / 2);
        }
        assertThat(storage.content()).hasSize(LENGTH / 2);

        Path growable = mount("growable", true, true);
        try (FileChannel channel = openChannel(growable)) {
            assertThat(channel.size()).isEqualTo(LENGTH / 2);
            channel.write(ByteBuffer.wrap(new byte[] {5}), LENGTH);
            assertThat(channel.size()).isEqualTo(LENGTH + 512);
        }
        assertThat(storage.content()[LENGTH]).isEqualTo((byte) 5);
    }

    @Test
    void holesAreMadeAndFound() throws IOException {
        Path path = mount("mp", true, false);
        Files.write(path, random(LENGTH), StandardOpenOption.WRITE);
        HostFile file = HostFile.open(path.toString(), OpenFlags.READ_WRITE);
        try {
            file.punchHole(1 << 20, 1 << 20);

            assertThat(file.extentAt(0, LENGTH)).isEqualTo(new FileExtent(true, 1 << 20));
            assertThat(file.extentAt(1 << 20, 3 << 20)).isEqualTo(new FileExtent(false, 1 << 20));
            file.zeroRange(0, 8192);
            assertThat(file.length()).isEqualTo(LENGTH);
        } finally {
            file.close();
        }
        byte[] expected = random(LENGTH);
        Arrays.fill(expected, 0, 8192, (byte) 0);
        Arrays.fill(expected, 1 << 20, 2 << 20, (byte) 0);
        assertThat(storage.content()).as("seed %d", SEED).isEqualTo(expected);
        assertThat(Files.readAllBytes(path)).isEqualTo(expected);
    }

    @Test
    void twoFilesShowOneDisk() throws IOException {
        Path first = mount("first", true, false);
        Path second = mount("second", false, false);

        Files.write(first, random(8192), StandardOpenOption.WRITE);

        assertThat(Arrays.copyOf(Files.readAllBytes(second), 8192)).isEqualTo(random(8192));
    }

    /// The kernel lets reads of one file go on side by side.
    @Test
    void oneSlowRequestKeepsNobodyWaiting() throws IOException {
        Path file = mount("mp", false, false);
        try (FileChannel channel = FileChannel.open(file)) {
            storage.hold();
            try (Workers readers = Workers.platform("reader")) {
                for (int i = 0; i < 8; i++) {
                    long offset = (long) i << 18;
                    readers.fork(() -> read(channel, offset));
                }
                storage.awaitHeld(8);
                assertThat(Files.getPosixFilePermissions(file)).hasSize(1);
                storage.letGo();
                readers.join();
            }
        }
    }

    private static void read(FileChannel channel, long offset) throws BlockException {
        try {
            channel.read(ByteBuffer.allocate(512), offset);
        } catch (IOException e) {
            throw BlockException.of(Errno.EIO, String.valueOf(e.getMessage()));
        }
    }

    @Test
    void removalFinishesWhatIsUnderWayAndFailsTheRest() throws IOException {
        Path file = folder.resolve("mp");
        Files.createFile(file);
        FuseExport export = open(file, true, false);
        FileChannel channel = openChannel(file);
        AtomicInteger written = new AtomicInteger();
        storage.hold();
        try (Workers client = Workers.platform("client")) {
            client.fork(() -> {
                try {
                    written.set(channel.write(ByteBuffer.wrap(random(4096)), 0));
                } catch (IOException e) {
                    throw BlockException.of(Errno.EIO, String.valueOf(e.getMessage()));
                }
            });
            storage.awaitHeld(1);
            client.fork(export::close);
            Eventually.await("the file is unmounted", () -> file.toFile().length() == 0);
            assertThat(written.get()).isZero();
            storage.letGo();
            client.join();
        }
        assertThat(written.get()).isEqualTo(4096);
        assertThat(Arrays.copyOf(storage.content(), 4096)).isEqualTo(random(4096));
        assertThatThrownBy(() -> channel.write(ByteBuffer.wrap(new byte[512]), 0))
                .isInstanceOf(IOException.class);
        // Closing tells the file to flush, and nobody is there to do it.
        assertThatThrownBy(channel::close).isInstanceOf(IOException.class);
    }

    @Test
    void tellsIfSomebodyElseUnmounts() throws Exception {
        PeerPrograms.require("umount");
        Path file = mount("mp", true, false);

        Process umount = new ProcessBuilder("umount", "-l", file.toString()).inheritIO().start();
        assertThat(umount.waitFor()).isZero();

        Eventually.await("the export has heard", () -> ended.get() == 1);
        assertThat(Files.size(file)).isZero();
    }

    @Test
    void mountsOverNothingButRegularFiles() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> open(missing, false, false))
                .hasMessage("Failed to stat '" + missing + "': No such file or directory");
        assertThatThrownBy(() -> open(folder, false, false))
                .hasMessage("'" + folder + "' is not a regular file");
        assertThat(graph.graph().backends()).isEmpty();
    }
}
