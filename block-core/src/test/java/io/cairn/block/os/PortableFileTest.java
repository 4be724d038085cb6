package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.HostException;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class PortableFileTest extends HostFileContract {
    @Override
    Host host() {
        return new PortableHost();
    }

    @Override
    boolean opensAgainWithoutName() {
        return false;
    }

    @Test
    void saysThatItCannotPunchHoles() throws IOException {
        try (HostFile file = create("a")) {
            assertThatExceptionOfType(HostException.class)
                    .isThrownBy(() -> file.punchHole(0, 4096))
                    .withMessage("Operation not supported");
        }
    }
}
