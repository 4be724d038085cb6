package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// The disk as others see it.
class VvfatInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261126);

    private final VvfatFixture fixture = new VvfatFixture();
    @TempDir Path directory;

    @AfterEach
    void close() {
        fixture.close();
    }

    /// Files fill their clusters, since the peer leaves what was read before behind them.
    @ParameterizedTest
    @ValueSource(strings = {"", "12:", "floppy:", "floppy:12:"})
    @Tag("qemu-img")
    void hasThePeersBytes(String words) throws IOException {
        VvfatFixture.assumeInstalled("qemu-img");
        Path tree = Files.createDirectory(directory.resolve("tree"));
        for (String name : new String[] {"a", "B.TXT", "A long name.data", "x.y.z", ".profile"}) {
            Files.write(tree.resolve(name), new byte[8192 * name.length()]);
        }
        Path inner = Files.createDirectories(tree.resolve("sub dir/inner"));
        Files.createFile(inner.resolve("empty"));
        byte[] content = new byte[2 * 8192];
        new Random(SEED).nextBytes(content);
        Files.write(inner.resolve("thirteen char"), content);
        Path theirs = directory.resolve("theirs.raw");
        VvfatFixture.run(
                "qemu-img",
                "convert",
                "-f",
                "vvfat",
                "-O",
                "raw",
                "fat:" + words + tree,
                theirs.toString());

        Options options = new Options().put("driver", "vvfat");
        VvfatOptions.parseFilename("fat:" + words + tree, options);
        Path ours = directory.resolve("ours.raw");
        try (BlockBackend disk = fixture.open(options)) {
            VvfatFixture.dump(disk, ours);
        }
        if (words.startsWith("floppy")) {
            makeMediaBytesAlike(theirs, words.endsWith("12:") ? 1 : 2);
        }
        assertThat(Files.mismatch(ours, theirs)).isEqualTo(-1);
    }

    /// The peer's allocation tables have a disk's media byte on floppies too, where the
    /// specification wants that of the boot sector.
    private static void makeMediaBytesAlike(Path image, int tableSectors) throws IOException {
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            for (int i = 0; i < 2; i++) {
                file.seek(512L * (1 + i * tableSectors));
                file.write(0xf0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 12", "false, 32", "true, 12", "true, 16"})
    @Tag("mtools")
    void isSoundAndCopiedByMtools(boolean floppy, long fatType) throws IOException {
        VvfatFixture.assumeInstalled("mcopy", "fsck.fat");
        Path tree = Files.createDirectory(directory.resolve("tree"));
        new RandomTree(new Random(SEED)).fill(tree, 60);
        Options options = VvfatFixture.options(tree).put("fat-type", fatType);
        Path image = directory.resolve("image.raw");
        try (BlockBackend disk = fixture.open(options.put("floppy", floppy))) {
            VvfatFixture.dump(disk, image);
        }

        VvfatFixture.assertSound(image, floppy, directory);
        Path copy = Files.createDirectory(directory.resolve("copy"));
        String drive = VvfatFixture.drive(image, floppy);
        VvfatFixture.run("mcopy", "-s", "-n", "-i", drive, "::*", copy.toString());
        assertThat(VvfatFixture.hosted(copy)).isEqualTo(VvfatFixture.hosted(tree));
    }
}
