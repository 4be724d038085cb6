package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class HostPathTest {
    @TempDir Path directory;

    private String name(String last) {
        return directory.resolve(last).toString();
    }

    @Test
    void knowsWhetherANameLeadsToAFile() throws IOException {
        Files.createFile(directory.resolve("a"));
        Files.createFile(directory.resolve("b"));
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("a"));

        String place = HostPath.resolve(name("a"));

        assertThat(HostPath.leadsTo(name("a"), place)).isTrue();
        assertThat(HostPath.leadsTo(name("./a"), place)).isTrue();
        assertThat(HostPath.leadsTo(name("link"), place)).isTrue();
        assertThat(HostPath.leadsTo(name("b"), place)).isFalse();
        assertThat(HostPath.leadsTo(name("missing"), place)).isFalse();
        assertThat(HostPath.leadsTo("", place)).isFalse();
        Files.delete(directory.resolve("a"));
        assertThat(HostPath.leadsTo(name("./a"), place)).isTrue();
    }

    @Test
    void tellsWhatIsThere() throws IOException {
        Files.writeString(directory.resolve("a"), "hello");

        assertThat(HostPath.exists(name("a"))).isTrue();
        assertThat(HostPath.exists(name("b"))).isFalse();
        assertThat(HostPath.exists("")).isFalse();
        assertThat(HostPath.exists("a\0b")).isFalse();
        assertThat(HostPath.stat(name("a")))
                .hasValueSatisfying(s -> assertThat(s.length()).isEqualTo(5));
        assertThat(HostPath.stat(name("b"))).isEmpty();
        assertThat(HostPath.stat(name("a/b"))).isEmpty();
        assertThat(HostPath.stat("a\0b")).isEmpty();
    }

    @Test
    void resolvesAndReadsLinks() throws IOException {
        Path real = directory.toRealPath().resolve("real");
        Files.createFile(real);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));

        assertThat(HostPath.readLink(name("link"))).isEqualTo("real");
        assertThat(HostPath.resolve(name("./link"))).isEqualTo(real.toString());
        assertFails(Errno.EINVAL, () -> HostPath.readLink(name("real")));
        assertFails(Errno.ENOENT, () -> HostPath.resolve(name("none")));
    }

    @Test
    void deletesWhatIsThere() throws IOException {
        Files.createFile(directory.resolve("a"));

        HostPath.delete(name("a"));

        assertThat(directory.resolve("a")).doesNotExist();
        assertFails(Errno.ENOENT, () -> HostPath.delete(name("a")));
    }

    @Test
    void makesDirectoriesAndTemporaryFiles() throws BlockException {
        HostPath.createDirectory(name("d"));

        assertFails(Errno.EEXIST, () -> HostPath.createDirectory(name("d")));
        assertFails(Errno.ENOENT, () -> HostPath.createDirectory(name("none/d")));
        String one = HostPath.createTemporary(name("d"), "vl.");
        String two = HostPath.createTemporary(name("d"), "vl.");
        assertThat(one).startsWith(name("d/vl.")).matches(".*[A-Za-z0-9]{6}").isNotEqualTo(two);
        assertThat(HostPath.stat(one))
                .hasValueSatisfying(s -> assertThat(s.permissions()).isEqualTo(0600));
    }

    @Test
    void namesATemporaryFileThatCannotBeMade() {
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> HostPath.createTemporary(name("none"), "vl."))
                .withMessageMatching(
                        "Could not open temporary file '"
                                + name("none")
                                + "/vl\\.\\w{6}': No such file or directory");
    }

    @Test
    void readsASmallFileWhole() throws IOException {
        Files.writeString(directory.resolve("a"), "hello");

        assertThat(HostPath.readAll(name("a"), 5))
                .isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        assertFails(Errno.EFBIG, () -> HostPath.readAll(name("a"), 4));
        assertFails(Errno.ENOENT, () -> HostPath.readAll(name("b"), 4));
        assertFails(Errno.EISDIR, () -> HostPath.readAll(name(""), 4));
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatExceptionOfType(HostException.class)
                .isThrownBy(call)
                .withMessage(errno.text())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
