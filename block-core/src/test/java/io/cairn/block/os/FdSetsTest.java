package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class FdSetsTest {
    @TempDir Path directory;

    @BeforeEach
    void needsLinux() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
    }

    @Test
    void opensTheDescriptorWithTheAccessAskedFor() throws IOException {
        Path path = Files.writeString(directory.resolve("a"), "hello");
        OpenFlags readOnly = OpenFlags.READ_ONLY;
        int fd = LinuxCalls.open(path.toString(), readOnly);
        FdSets.Member member = FdSets.shared().add(5, fd, "mine");
        LinuxCalls.close(fd);

        try (HostFile file = HostFile.open("/dev/fdset/5", readOnly)) {
            assertThat(FdSets.shared().members()).containsExactly(member);
            assertFails("/dev/fdset/5", OpenFlags.READ_WRITE, Errno.EACCES, "flags 2");
            assertFails("/dev/fdset/6", readOnly, Errno.ENOENT, "flags 0");
            assertThat(FdSets.shared().remove(member)).isTrue();
            assertThat(FdSets.shared().remove(member)).isFalse();

            assertThat(file.length()).isEqualTo(5);
            assertThat(file.path()).isEqualTo("/dev/fdset/5");
        }
        OpenFlags create = OpenFlags.READ_WRITE.withCreate();
        assertFails("/dev/fdset/5", create, Errno.ENOSYS, "flags 42");
    }

    private static void assertFails(String name, OpenFlags flags, Errno errno, String bits) {
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> HostFile.open(name, flags))
                .withMessage("Could not dup FD for " + name + " " + bits + ": " + errno.text())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1x", "99999999999"})
    void refusesWhatIsNoNumber(String number) {
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> HostFile.open("/dev/fdset/" + number, OpenFlags.READ_ONLY))
                .withMessage("Could not parse fdset /dev/fdset/" + number);
    }
}
