package io.cairn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.BlockException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class PidFileTest {
    @TempDir Path directory;

    @Test
    void keepsOthersOutWhileTheDaemonLives() throws Exception {
        Path path = Files.writeString(directory.resolve("pid"), "1234567890123\n");
        String number = ProcessHandle.current().pid() + "\n";
        try (PidFile file = PidFile.write(path.toString())) {
            assertThat(file).isNotNull();
            assertThat(Files.readString(path)).isEqualTo(number);

            assertThatExceptionOfType(BlockException.class)
                    .isThrownBy(() -> PidFile.write(path.toString()))
                    .withMessage("Cannot lock pid file: Resource temporarily unavailable");

            assertThat(Files.readString(path)).isEqualTo(number);
        }
        assertThat(path).doesNotExist();
        PidFile.write(path.toString()).close();
    }

    @Test
    void saysWhichFileCannotBeMade() {
        String path = directory.resolve("none").resolve("pid").toString();
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> PidFile.write(path))
                .withMessage("Could not create '" + path + "': No such file or directory");
    }
}
