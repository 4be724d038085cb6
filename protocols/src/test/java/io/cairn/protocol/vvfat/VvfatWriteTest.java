package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Writes go into the files: what mtools do to an image of the disk is written onto the disk.
@Tag("mtools")
class VvfatWriteTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261126);
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));

    private final VvfatFixture fixture = new VvfatFixture();
    @TempDir Path directory;
    private Path tree;
    private Path image;

    @BeforeEach
    void makeTree() throws IOException {
        VvfatFixture.assumeInstalled("mcopy");
        tree = Files.createDirectory(directory.resolve("tree"));
        image = directory.resolve("image.raw");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Options floppy() {
        return VvfatFixture.options(tree).put("floppy", true);
    }

    private BlockBackend openFloppy() throws IOException {
        BlockBackend disk = fixture.openForWriting(floppy());
        Files.deleteIfExists(image);
        VvfatFixture.dump(disk, image);
        return disk;
    }

    /// Runs one of mtools on the image of the floppy.
    private void mtool(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-i", image.toString()));
        command.addAll(List.of(arguments));
        VvfatFixture.run(command.toArray(String[]::new));
    }

    private void loadAndFlush(BlockBackend disk) throws IOException {
        VvfatFixture.load(image, disk);
        disk.flush();
    }

    private Path scratch(String content) throws IOException {
        return Files.writeString(directory.resolve("scratch"), content);
    }

    private static String described(String content) {
        return FatReader.describe(content.getBytes(StandardCharsets.US_ASCII));
    }

    private static String lines(int count) {
        return "some line of a file\n".repeat(count);
    }

    @Test
    void createsOverwritesGrowsAndShrinks() throws IOException {
        Path grown = Files.writeString(tree.resolve("grown"), "short");
        Files.setPosixFilePermissions(grown, PosixFilePermissions.fromString("rw-r-----"));
        Files.writeString(tree.resolve("shrunk"), lines(1000));
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", "-o", scratch(lines(2000)).toString(), "::grown");
            mtool("mcopy", "-o", scratch("x").toString(), "::shrunk");
            mtool("mcopy", scratch("new").toString(), "::A new file.txt");
            mtool("mcopy", scratch("").toString(), "::empty");
            loadAndFlush(disk);

            assertThat(VvfatFixture.hosted(tree))
                    .isEqualTo(
                            Map.of(
                                    "grown", described(lines(2000)),
                                    "shrunk", "x",
                                    "A new file.txt", "new",
                                    "empty", ""));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(grown)))
                    .isEqualTo("rw-r-----");
            assertThat(new FatReader(disk, true).tree()).isEqualTo(VvfatFixture.hosted(tree));
        }
    }

    @Test
    void movesRenamesAndDeletesWithoutCopying() throws IOException {
        Files.createDirectories(tree.resolve("from/the inner"));
        Files.createDirectory(tree.resolve("to"));
        Path kept = Files.writeString(tree.resolve("from/the inner/kept"), lines(1000));
        Files.writeString(tree.resolve("from/deleted"), "x");
        Object key = Files.getAttribute(kept, "unix:ino");
        try (BlockBackend disk = openFloppy()) {
            mtool("mmove", "::from/the inner", "::to");
            mtool("mdeltree", "::from");
            mtool("mren", "::to/the inner/kept", "::to/the inner/renamed file");
            loadAndFlush(disk);

            Path renamed = tree.resolve("to/the inner/renamed file");
            assertThat(VvfatFixture.hosted(tree))
                    .isEqualTo(
                            Map.of(
                                    "to/", "",
                                    "to/the inner/", "",
                                    "to/the inner/renamed file", described(lines(1000))));
            assertThat(Files.getAttribute(renamed, "unix:ino")).isEqualTo(key);
        }
    }

    @Test
    void swapsNames() throws IOException {
        Files.writeString(tree.resolve("name a"), "1");
        Files.writeString(tree.resolve("name b"), "2");
        try (BlockBackend disk = openFloppy()) {
            mtool("mren", "::name a", "::name c");
            mtool("mren", "::name b", "::name a");
            mtool("mren", "::name c", "::name b");
            loadAndFlush(disk);

            assertThat(VvfatFixture.hosted(tree)).isEqualTo(Map.of("name a", "2", "name b", "1"));
        }
    }

    @Test
    void keepsTheNamesOfFilesThatAreShownUnderOthers() throws IOException {
        Files.writeString(tree.resolve("a:b"), "1");
        Files.writeString(tree.resolve("c*d"), "2");
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", "-o", scratch("3").toString(), "::a_b");
            mtool("mren", "::c_d", "::name e");
            loadAndFlush(disk);

            assertThat(VvfatFixture.hosted(tree)).isEqualTo(Map.of("a:b", "3", "name e", "2"));
        }
    }

    @Test
    void carriesTheReadOnlyAttributeBothWays() throws IOException {
        Path open = Files.writeString(tree.resolve("open"), "1");
        Path locked = Files.writeString(tree.resolve("locked"), "2");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r--r--r--"));
        try (BlockBackend disk = openFloppy()) {
            mtool("mattrib", "+r", "::open");
            mtool("mattrib", "-r", "::locked");
            loadAndFlush(disk);

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                    .isEqualTo("r--r--r--");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(locked)))
                    .isEqualTo("rw-r--r--");
        }
    }

    @Test
    void leavesFilesAloneThatAreWrittenWithWhatTheyHold() throws IOException {
        Path file = Files.writeString(tree.resolve("file"), lines(1000));
        Object key = Files.getAttribute(file, "unix:ino");
        try (BlockBackend disk = openFloppy()) {
            ByteBuffer whole = ByteBuffer.allocateDirect((int) disk.length());
            disk.read(0, whole);
            disk.write(0, whole, WriteFlags.NONE);
            disk.flush();
        }

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(key);
        assertThat(file).hasContent(lines(1000));
    }

    @Test
    void waitsWithAChangeThatIsHalfMade() throws IOException {
        Files.writeString(tree.resolve("file"), lines(1000));
        try (BlockBackend disk = openFloppy()) {
            mtool("mdel", "::file");
            ByteBuffer table = ByteBuffer.allocateDirect(512);
            try (FileChannel in = FileChannel.open(image)) {
                in.read(table, 512);
            }
            disk.write(512, table.flip(), WriteFlags.NONE);
            disk.flush();
            assertThat(tree.resolve("file")).hasContent(lines(1000));

            loadAndFlush(disk);
            assertThat(tree).isEmptyDirectory();
        }
        assertThat(fixture.graph.takeCloseFailure()).isEmpty();
    }

    @Test
    void saysAtTheEndThatAChangeWasHalfMade() throws IOException {
        Files.writeString(tree.resolve("file"), "x");
        try (BlockBackend disk = openFloppy()) {
            disk.writeZeroes(512, 512, WriteFlags.NONE);
        }

        assertThat(fixture.graph.takeCloseFailure())
                .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("contradicts itself"));
        assertThat(tree.resolve("file")).hasContent("x");
    }

    @Test
    void undoesEverythingWhereOneStepFails() throws IOException {
        VvfatFixture.assumeInstalled("mkfifo");
        Files.createDirectory(tree.resolve("dir"));
        VvfatFixture.run("mkfifo", tree.resolve("dir/fifo").toString());
        Files.writeString(tree.resolve("moved"), "1");
        Files.writeString(tree.resolve("changed"), "2");
        Map<String, String> before = VvfatFixture.hosted(tree);
        try (BlockBackend disk = openFloppy()) {
            mtool("mren", "::moved", "::elsewhere");
            mtool("mcopy", "-o", scratch("3").toString(), "::changed");
            mtool("mcopy", scratch("4").toString(), "::new");
            mtool("mrd", "::dir");
            VvfatFixture.load(image, disk);
            assertThatThrownBy(disk::flush)
                    .hasMessageContaining("Could not move '" + tree + "/dir': Directory not empty");
            assertThat(VvfatFixture.hosted(tree)).isEqualTo(before);

            Files.delete(tree.resolve("dir/fifo"));
            disk.flush();
            assertThat(VvfatFixture.hosted(tree))
                    .isEqualTo(Map.of("elsewhere", "1", "changed", "3", "new", "4"));
        }
    }

    @Test
    void replacesNothingThatItDoesNotKnow() throws IOException {
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", scratch("guest").toString(), "::new");
            Files.writeString(tree.resolve("new"), "host");
            VvfatFixture.load(image, disk);
            assertThatThrownBy(disk::flush)
                    .hasMessageContaining("Could not create '" + tree + "/new': File exists");
            assertThat(tree.resolve("new")).hasContent("host");
            Files.delete(tree.resolve("new"));
        }
        assertThat(VvfatFixture.hosted(tree)).isEqualTo(Map.of("new", "guest"));
    }

    @Test
    void writesAFileAnewThatHasGoneFromTheHost() throws IOException {
        Path file = Files.writeString(tree.resolve("file"), "12345");
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", "-o", scratch("67890").toString(), "::file");
            Files.delete(file);
            loadAll(disk);
            disk.flush();
        }
        assertThat(fixture.graph.takeCloseFailure()).isEmpty();
        assertThat(file).hasContent("67890");
    }

    /// Writes every sector of the image, without looking at the disk.
    private void loadAll(BlockBackend disk) throws IOException {
        ByteBuffer whole = ByteBuffer.allocateDirect((int) disk.length());
        try (FileChannel in = FileChannel.open(image)) {
            while (whole.hasRemaining() && in.read(whole) >= 0) {
                // A read may give less than is asked for.
            }
        }
        disk.write(0, whole.flip(), WriteFlags.NONE);
    }

    @Test
    void changesNothingBehindALink() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("file"), "outside");
        Files.createSymbolicLink(tree.resolve("dir"), outside);
        Files.createSymbolicLink(tree.resolve("file"), outside.resolve("file"));
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", "-o", scratch("guest").toString(), "::file");
            loadAndFlush(disk);
            assertThat(Files.isSymbolicLink(tree.resolve("file"))).isFalse();
            assertThat(tree.resolve("file")).hasContent("guest");

            mtool("mcopy", "-o", scratch("guest").toString(), "::dir/file");
            VvfatFixture.load(image, disk);
            assertThatThrownBy(disk::flush).hasMessageContaining("behind a symbolic link");
            mtool("mdeltree", "::dir");
            loadAndFlush(disk);
        }
        assertThat(VvfatFixture.hosted(tree)).isEqualTo(Map.of("file", "guest"));
        assertThat(Files.exists(tree.resolve("dir"), LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(VvfatFixture.hosted(outside)).isEqualTo(Map.of("file", "outside"));
    }

    @Test
    void doesNotFollowALinkThatCameLater() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.createDirectory(tree.resolve("dir"));
        Files.writeString(tree.resolve("dir/file"), "1");
        Files.writeString(outside.resolve("file"), "outside");
        try (BlockBackend disk = openFloppy()) {
            mtool("mcopy", "-o", scratch("guest").toString(), "::dir/file");
            mtool("mcopy", scratch("guest").toString(), "::dir/new");
            Files.move(tree.resolve("dir"), directory.resolve("away"));
            Files.createSymbolicLink(tree.resolve("dir"), outside);
            VvfatFixture.load(image, disk);
            assertThatThrownBy(disk::flush).hasMessageContaining(tree + "/dir/");
        }
        assertThat(VvfatFixture.hosted(outside)).isEqualTo(Map.of("file", "outside"));
        assertThat(fixture.graph.takeCloseFailure()).isPresent();
    }

    /// A guest that writes its directory by hand.
    @Test
    void refusesNamesThatLeadOut() throws IOException {
        Files.writeString(tree.resolve("abc"), "x");
        Path outside = Files.writeString(directory.resolve("outside"), "outside");
        for (String name : new String[] {"../outside", "..", "a/b", "nul\0"}) {
            try (BlockBackend disk = openFloppy()) {
                ByteBuffer root = ByteBuffer.allocateDirect(512).order(ByteOrder.LITTLE_ENDIAN);
                disk.read(5 * 512, root);
                byte[] entries = new byte[96];
                int at = DirectoryFormat.putLongName(entries, 0, name, "ABC        ");
                root.put(32, entries, 0, at);
                disk.write(5 * 512, root, WriteFlags.NONE);
                disk.flush();
            }
            boolean isCut = name.indexOf('\0') >= 0;
            assertThat(fixture.graph.takeCloseFailure().isPresent()).as(name).isEqualTo(!isCut);
        }
        assertThat(outside).hasContent("outside");
        assertThat(VvfatFixture.hosted(tree)).isEqualTo(Map.of("nul", "x"));
    }

    /// Rubbish in the structures ends in a message, and never in a change of the files.
    @Test
    void survivesRubbish() throws IOException {
        Files.createDirectory(tree.resolve("dir"));
        Files.writeString(tree.resolve("dir/file"), lines(1000));
        Files.writeString(tree.resolve("file"), lines(500));
        Map<String, String> before = VvfatFixture.hosted(tree);
        int rounds = FULL ? 5000 : 60;
        for (int i = 0; i < rounds; i++) {
            Random random = new Random(SEED + i);
            try (BlockBackend disk = fixture.openForWriting(floppy())) {
                damage(disk, random);
            }
            boolean hasFailed = fixture.graph.takeCloseFailure().isPresent();
            if (hasFailed) {
                assertThat(VvfatFixture.hosted(tree)).as("seed %d", SEED + i).isEqualTo(before);
            }
            before = VvfatFixture.hosted(tree);
        }
    }

    /// Changes a few bytes in the boot sector, the first table, the root directory or the first
    /// cluster.
    private static void damage(BlockBackend disk, Random random) throws BlockException {
        long sector = new long[] {0, 1, 5, 37}[random.nextInt(4)];
        ByteBuffer bytes = ByteBuffer.allocateDirect(512);
        disk.read(sector * 512, bytes);
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = random.nextInt(random.nextBoolean() ? 512 : 160);
            bytes.put(at, (byte) random.nextInt(256));
        }
        disk.write(sector * 512, bytes, WriteFlags.NONE);
        if (sector == 1 && random.nextBoolean()) {
            disk.write(3 * 512, bytes, WriteFlags.NONE);
        }
    }

    /// What the files are is what mtools find on the disk, after any changes.
    @ParameterizedTest
    @CsvSource({"32, false", "12, true", "16, true"})
    void followsAnyChanges(long fatType, boolean floppy) throws IOException {
        Random random = new Random(SEED);
        new RandomTree(random).fill(tree, 30);
        Options options = VvfatFixture.options(tree).put("fat-type", fatType);
        int rounds = FULL ? 20 : floppy ? 3 : 1;
        try (BlockBackend disk = fixture.openForWriting(options.put("floppy", floppy))) {
            VvfatFixture.dump(disk, image);
            String drive = VvfatFixture.drive(image, floppy);
            for (int i = 0; i < rounds; i++) {
                for (int change = 0; change < 8; change++) {
                    change(random, drive);
                }
                VvfatFixture.assertSound(image, floppy, directory);
                loadAndFlush(disk);
                Path copy = Files.createDirectory(directory.resolve("copy" + i));
                VvfatFixture.run("mcopy", "-s", "-n", "-i", drive, "::.", copy.toString());
                assertThat(VvfatFixture.hosted(tree))
                        .as("seed %d, round %d", SEED, i)
                        .isEqualTo(VvfatFixture.hosted(copy));
            }
            assertThat(new FatReader(disk, floppy).tree()).isEqualTo(VvfatFixture.hosted(tree));
        }
    }

    private void change(Random random, String drive) throws IOException {
        List<String> paths = new ArrayList<>(VvfatFixture.hosted(tree).keySet());
        String at = paths.isEmpty() ? "new" : paths.get(random.nextInt(paths.size()));
        RandomTree names = new RandomTree(random);
        Path file = Files.write(directory.resolve("scratch"), names.content());
        switch (random.nextInt(5)) {
            case 0 -> attempt("mcopy", "-n", "-o", "-i", drive, file.toString(), "::" + at);
            case 1 -> attempt("mcopy", "-n", "-i", drive, file.toString(), "::" + names.name());
            case 2 -> attempt("mmd", "-i", drive, "::" + names.name());
            case 3 -> attempt("mdeltree", "-i", drive, "::" + at);
            default -> attempt("mren", "-i", drive, "::" + at, "::" + names.name());
        }
    }

    /// Runs a program that may fail, since what it is about may be gone.
    private static void attempt(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
