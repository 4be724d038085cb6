package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.time.ZoneId;

class VvfatDriverTest {
    private final VvfatFixture fixture = new VvfatFixture();
    @TempDir Path directory;

    @AfterEach
    void close() {
        fixture.close();
    }

    private static ByteBuffer sector(BlockBackend disk, long number) throws BlockException {
        ByteBuffer sector = ByteBuffer.allocateDirect(512);
        disk.read(number * 512, sector);
        return sector.order(ByteOrder.LITTLE_ENDIAN);
    }

    private BlockBackend openName(String name) throws BlockException {
        OpenRequest request = OpenRequest.of(name).withFormat("vvfat");
        return fixture.graph.open(
                request, Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    }

    private static String text(ByteBuffer buffer, int at, int length) {
        byte[] bytes = new byte[length];
        buffer.get(at, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, 528482304, 16, 16",
        "false, 12, 33030144, 12, 16",
        "false, 16, 528482304, 16, 16",
        "false, 32, 528482304, 32, 8",
        "true, 0, 2949120, 12, 16",
        "true, 12, 1474560, 12, 16",
        "true, 16, 2949120, 16, 1"
    })
    void isAsLargeAndOfTheKindThatIsAskedFor(
            boolean floppy, long type, long length, int bits, int perCluster)
            throws BlockException {
        Options options = VvfatFixture.options(directory).put("fat-type", type);
        try (BlockBackend disk = fixture.open(options.put("floppy", floppy))) {
            assertThat(disk.length()).isEqualTo(length);
            assertThat(new FatReader(disk, floppy).bits()).isEqualTo(bits);
            ByteBuffer boot = sector(disk, floppy ? 0 : 63);
            assertThat(boot.get(13)).isEqualTo((byte) perCluster);
            assertThat(boot.get(21)).isEqualTo((byte) (floppy ? 0xf0 : 0xf8));
            assertThat(text(boot, bits == 32 ? 82 : 54, 8)).isEqualTo("FAT" + bits + "   ");
        }
    }

    @Test
    void hasOneActivePartitionBehindTheFirstTrack() throws BlockException {
        try (BlockBackend disk = fixture.open(VvfatFixture.options(directory))) {
            ByteBuffer record = sector(disk, 0);
            assertThat(text(record, 0x1be, 8))
                    .isEqualTo("\u0080\u0001\u0001\u0000\u0006\u000f\u00ff\u00ff");
            assertThat(record.getInt(0x1be + 8)).isEqualTo(63);
            assertThat(record.getInt(0x1be + 12)).isEqualTo(1032129);
            assertThat(record.getShort(0x1fe)).isEqualTo((short) 0xaa55);
        }
    }

    @Test
    void bearsTheLabel() throws BlockException {
        try (BlockBackend disk = fixture.open(VvfatFixture.options(directory))) {
            assertThat(text(sector(disk, 63), 43, 11)).isEqualTo("QEMU VVFAT ");
            assertThat(text(sector(disk, 568), 0, 12)).isEqualTo("QEMU VVFAT (");
        }
        Options named = VvfatFixture.options(directory).put("label", "ELEVEN CHAR");
        try (BlockBackend disk = fixture.open(named)) {
            assertThat(text(sector(disk, 568), 0, 12)).isEqualTo("ELEVEN CHAR(");
        }
        assertThatThrownBy(() -> fixture.open(named.put("label", "TWELVE CHARS")))
                .hasMessageEndingWith("vvfat label cannot be longer than 11 bytes");
    }

    @Test
    void showsTimesInLocalTimeAndAttributes() throws IOException {
        Path file = Files.writeString(directory.resolve("A"), "x");
        var time = LocalDateTime.of(2011, 12, 13, 14, 15, 17).atZone(ZoneId.systemDefault());
        Files.setLastModifiedTime(file, FileTime.from(time.toInstant()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));

        try (BlockBackend disk = fixture.open(VvfatFixture.options(directory))) {
            ByteBuffer root = sector(disk, 568);
            assertThat(text(root, 64, 11)).isEqualTo("A          ");
            assertThat(root.get(64 + 11)).isEqualTo((byte) 0x21);
            assertThat(root.getShort(64 + 22)).isEqualTo((short) (14 << 11 | 15 << 5 | 17 / 2));
            assertThat(root.getShort(64 + 24)).isEqualTo((short) (31 << 9 | 12 << 5 | 13));
        }
    }

    @Test
    void clampsTimesThatFatCannotSay() {
        assertThat(DirectoryFormat.timestamp(0)).isEqualTo(1 << 21 | 1 << 16);
        assertThat(DirectoryFormat.timestamp(1L << 33))
                .isEqualTo((127 << 9 | 12 << 5 | 31) << 16 | 23 << 11 | 59 << 5 | 29);
    }

    @Test
    void readsFilesOnlyWhenAskedFor() throws IOException {
        Path file = Files.writeString(directory.resolve("a"), "before");
        try (BlockBackend disk = fixture.open(VvfatFixture.options(directory))) {
            Files.writeString(file, "behind");
            assertThat(new FatReader(disk, false).tree()).containsEntry("a", "behind");
        }
    }

    @Test
    void saysThatAllIsDataWithoutAPlace() throws BlockException {
        try (BlockBackend disk = fixture.open(VvfatFixture.options(directory))) {
            BlockStatus status = disk.status(0, disk.length(), true);
            assertThat(status.data()).isTrue();
            assertThat(status.zero()).isFalse();
            assertThat(status.length()).isEqualTo(disk.length());
            assertThat(disk.node().allocatedLength()).isNegative();
        }
    }

    @Test
    void readsAFilenameAsThePeerDoes() throws BlockException {
        try (BlockBackend disk = openName("fat:floppy:12:" + directory)) {
            assertThat(disk.length()).isEqualTo(1474560);
            assertThat(disk.node().filename())
                    .isEqualTo(
                            "json:{\"fat-type\": 12, \"dir\": \""
                                    + directory
                                    + "\", \"driver\": \"vvfat\", \"floppy\": true, \"rw\":"
                                    + " false}");
        }
        try (BlockBackend disk = openName("fat:12:nonsense:" + directory)) {
            assertThat(disk.length()).isEqualTo(33030144);
        }
    }

    @Test
    void refusesWhatIsWrongWithThePeersWords() throws IOException {
        assertThatThrownBy(() -> openName("fat:" + directory + "/none"))
                .hasMessageEndingWith("Could not read directory " + directory + "/none");
        Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> openName("fat:" + directory + "/file"))
                .hasMessageEndingWith("Could not read directory " + directory + "/file");
        Options options = VvfatFixture.options(directory);
        assertThatThrownBy(() -> fixture.open(new Options(options).put("fat-type", 13L)))
                .hasMessageEndingWith("Valid FAT types are only 12, 16 and 32");
        assertThatThrownBy(() -> fixture.open(new Options().put("driver", "vvfat")))
                .hasMessageEndingWith("vvfat block driver requires a 'dir' option");
        assertThatThrownBy(() -> fixture.open(new Options(options).put("rw", true)))
                .hasMessageEndingWith("Unable to set VVFAT to 'rw' when drive is read-only");
        assertThatThrownBy(() ->
                        fixture.open(new Options(options).put("fat-type", 32L).put("floppy", true)))
                .hasMessageContaining("too few clusters for FAT32");
    }
}
