package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/// Trees of all shapes, also those that nobody would want to meet.
class VvfatTreeTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261126);
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));

    private final VvfatFixture fixture = new VvfatFixture();
    @TempDir Path directory;

    @AfterEach
    void close() {
        fixture.close();
    }

    private Options options() {
        return VvfatFixture.options(directory);
    }

    @ParameterizedTest
    @ValueSource(longs = {12, 16, 32})
    void showsAnyTreeAsItIs(long fatType) throws IOException {
        int rounds = FULL ? 100 : 3;
        for (int i = 0; i < rounds; i++) {
            Random random = new Random(SEED + i);
            Path tree = Files.createDirectory(directory.resolve("tree" + i));
            new RandomTree(random).fill(tree, 20 + random.nextInt(80));

            Options options = VvfatFixture.options(tree).put("fat-type", fatType);
            assertThat(fixture.shown(options))
                    .as("seed %d", SEED + i)
                    .isEqualTo(VvfatFixture.hosted(tree));
        }
    }

    @Test
    void showsManyFiles() throws IOException {
        Path many = Files.createDirectory(directory.resolve("many"));
        int count = FULL ? 16_000 : 2000;
        for (int i = 0; i < count; i++) {
            Files.createFile(many.resolve("a file without content, number " + i));
        }

        assertThat(fixture.shown(options())).hasSize(count + 1);
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("a").toFile(), "rw")) {
            file.setLength(3_000_000);
        }
        assertThatThrownBy(() -> fixture.open(options().put("floppy", true)))
                .hasMessageEndingWith("Directory does not fit in FAT12 (capacity 2.88 MB)");
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("a").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertThatThrownBy(() -> fixture.open(options()))
                .hasMessageEndingWith("Directory does not fit in FAT16 (capacity 516.06 MB)");
    }

    @Test
    void refusesARootWithTooManyEntriesButNotWithFat32() throws IOException {
        for (int i = 0; i < 200; i++) {
            Files.createFile(directory.resolve("a file with a long name " + i));
        }

        assertThatThrownBy(() -> fixture.open(options()))
                .hasMessageEndingWith("Could not read directory " + directory);
        assertThat(fixture.shown(options().put("fat-type", 32L))).hasSize(200);
    }

    @Test
    void fillsTheDiskToTheLastCluster() throws IOException {
        Options floppy = options().put("floppy", true);
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("a").toFile(), "rw")) {
            file.setLength(357 * 8192);
        }
        assertThat(fixture.shown(floppy).get("a")).startsWith(357 * 8192 + " bytes");
        Files.writeString(directory.resolve("b"), "x");
        assertThatThrownBy(() -> fixture.open(floppy)).hasMessageContaining("does not fit");
    }

    @Test
    void followsLinksButNotRoundAndNotNowhere() throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("file"), "outside");
        Files.createSymbolicLink(tree.resolve("file link"), outside.resolve("file"));
        Files.createSymbolicLink(tree.resolve("dir link"), outside);
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("none"));
        Files.createSymbolicLink(tree.resolve("itself"), Path.of("itself"));
        Files.createSymbolicLink(tree.resolve("round"), Path.of("."));
        Path inner = Files.createDirectory(tree.resolve("inner"));
        Files.createSymbolicLink(inner.resolve("up"), Path.of(".."));

        assertThat(fixture.shown(VvfatFixture.options(tree)))
                .isEqualTo(
                        Map.of(
                                "file link", "outside",
                                "dir link/", "",
                                "dir link/file", "outside",
                                "inner/", ""));
    }

    @Test
    @Timeout(60)
    void leavesSpecialFilesOut() throws IOException {
        VvfatFixture.assumeInstalled("mkfifo");
        VvfatFixture.run("mkfifo", directory.resolve("fifo").toString());
        Files.writeString(directory.resolve("file"), "x");

        assertThat(fixture.shown(options())).isEqualTo(Map.of("file", "x"));
    }

    @Test
    @Timeout(60)
    void failsAndDoesNotHangWhereAFileHasBecomeAFifo() throws IOException {
        VvfatFixture.assumeInstalled("mkfifo");
        Path file = Files.writeString(directory.resolve("file"), "x");
        try (BlockBackend disk = fixture.open(options())) {
            Files.delete(file);
            VvfatFixture.run("mkfifo", file.toString());
            assertThatThrownBy(() -> new FatReader(disk, false).tree())
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void showsNamesThatClashUnderTheirShortNames() throws IOException {
        Files.writeString(directory.resolve("Name"), "1");
        Files.writeString(directory.resolve("name"), "2");
        Files.writeString(directory.resolve("a:b"), "3");
        Files.writeString(directory.resolve("a?b"), "4");
        Files.writeString(directory.resolve("..."), "5");

        Map<String, String> shown = fixture.shown(options());
        assertThat(shown.values()).containsExactlyInAnyOrder("1", "2", "3", "4", "5");
        assertThat(shown).containsEntry("~1", "5").containsKey("NAME~1").containsKey("a_b");
    }

    @Test
    void failsWhereAFileHasGoneOrBecomeShorter() throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[20_000]);
        try (BlockBackend disk = fixture.open(options())) {
            Files.write(file, new byte[100]);
            assertThatThrownBy(() -> new FatReader(disk, false).tree())
                    .hasMessageEndingWith("Could not read '" + file + "': It has become shorter");
            Files.write(file, new byte[30_000]);
            assertThat(new FatReader(disk, false).tree().get("file")).startsWith("20000 bytes");
        }
        try (BlockBackend disk = fixture.open(options())) {
            Files.delete(file);
            assertThatThrownBy(() -> new FatReader(disk, false).tree())
                    .hasMessageEndingWith(
                            "Could not read '" + file + "': No such file or directory")
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
        }
    }

    @Test
    void showsDeepTreesUpToALimit() throws IOException {
        Path deep = directory;
        for (int i = 0; i < HostTree.MAX_DEPTH; i++) {
            deep = Files.createDirectory(deep.resolve("d"));
        }
        assertThat(fixture.shown(options())).hasSize(HostTree.MAX_DEPTH);
        Files.createDirectory(deep.resolve("d"));
        assertThatThrownBy(() -> fixture.open(options()))
                .hasMessageContaining("Could not read directory " + directory + "/d/d");
    }
}
