package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

class HostDirectoryTest {
    @TempDir Path path;

    enum Way {
        LINUX,
        PORTABLE;

        HostDirectory open(Path path) throws BlockException {
            Host host = this == LINUX ? new LinuxHost(false) : new PortableHost();
            return host.openDirectory(path.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void listsAsMuchAsIsWanted(Way way) throws IOException {
        for (int i = 0; i < 1000; i++) {
            Files.createFile(path.resolve("a name of some length, number " + i));
        }

        try (HostDirectory directory = way.open(path)) {
            assertThat(directory.names(1000)).hasSize(1000).doesNotHaveDuplicates();
            assertThat(directory.names(1000)).contains("a name of some length, number 999");
            assertFails(Errno.EOVERFLOW, () -> directory.names(999));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsKindsLengthsAndTimes(Way way) throws IOException {
        Path file = Files.writeString(path.resolve("file"), "hello");
        Files.setLastModifiedTime(file, FileTime.from(1_000_000_000, TimeUnit.SECONDS));
        Files.createDirectory(path.resolve("dir"));
        Files.createSymbolicLink(path.resolve("link"), Path.of("file"));

        try (HostDirectory directory = way.open(path)) {
            DirectoryEntry entry = directory.entry("file", false);
            assertThat(entry.kind()).isEqualTo(DirectoryEntry.Kind.REGULAR);
            assertThat(entry.length()).isEqualTo(5);
            assertThat(entry.modifiedSeconds()).isEqualTo(1_000_000_000);
            assertThat(entry.changedSeconds()).isGreaterThan(1_500_000_000);
            assertThat(directory.entry("dir", false).kind())
                    .isEqualTo(DirectoryEntry.Kind.DIRECTORY);
            assertThat(directory.entry("link", false).kind()).isEqualTo(DirectoryEntry.Kind.LINK);
            assertThat(directory.entry("link", true).isSameFile(entry)).isTrue();
            assertFails(Errno.ENOENT, () -> directory.entry("none", true));
            assertFails(Errno.EINVAL, () -> directory.entry("..", true));
            assertFails(Errno.EINVAL, () -> directory.entry("dir/file", true));
        }
    }

    @ParameterizedTest
    @EnumSource
    void followsLinksOnlyWhereTold(Way way) throws IOException {
        Files.createDirectory(path.resolve("dir"));
        Files.createSymbolicLink(path.resolve("link"), Path.of("dir"));
        Files.writeString(path.resolve("file"), "hello");

        try (HostDirectory directory = way.open(path)) {
            directory.openDirectory("link", true).close();
            assertFails(Errno.ENOTDIR, () -> directory.openDirectory("link", false));
            assertFails(Errno.ENOTDIR, () -> directory.openDirectory("file", true));
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesMovesAndTakesAway(Way way) throws IOException {
        try (HostDirectory directory = way.open(path)) {
            directory.createDirectory("dir", 0755);
            try (HostFile file =
                    directory.openFile("a", OpenFlags.READ_WRITE.withCreateNew().withMode(0600))) {
                file.write(0, ByteBuffer.allocateDirect(3));
            }
            directory.setPermissions("a", 0444);
            assertThat(directory.entry("a", false).permissions()).isEqualTo(0444);
            try (HostDirectory inner = directory.openDirectory("dir", false)) {
                directory.rename("a", inner, "b");
                assertThat(inner.names(10)).containsExactly("b");
                Files.writeString(path.resolve("c"), "c");
                assertFails(Errno.EEXIST, () -> directory.rename("c", inner, "b"));
                directory.exchange("c", inner, "b");
                assertThat(inner.entry("b", false).length()).isEqualTo(1);
                assertThat(directory.entry("c", false).length()).isEqualTo(3);
                assertFails(Errno.ENOTEMPTY, () -> directory.deleteDirectory("dir"));
                inner.delete("b");
                inner.sync();
            }
            assertFails(Errno.EISDIR, () -> directory.delete("dir"));
            directory.deleteDirectory("dir");
            assertThat(directory.names(10)).containsExactly("c");
        }
    }

    @ParameterizedTest
    @EnumSource
    void deletesALinkAndNotItsTarget(Way way) throws IOException {
        Files.writeString(path.resolve("file"), "hello");
        Files.createSymbolicLink(path.resolve("link"), Path.of("file"));

        try (HostDirectory directory = way.open(path)) {
            assertFails(Errno.ELOOP, () -> directory.setPermissions("link", 0600));
            directory.delete("link");
        }

        assertThat(path.resolve("file")).hasContent("hello");
        assertThat(Files.exists(path.resolve("link"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    private static void assertFails(Errno errno, ThrowingCallable action) {
        assertThatExceptionOfType(HostException.class)
                .isThrownBy(action)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
