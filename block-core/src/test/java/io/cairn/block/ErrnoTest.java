package io.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Property
    void everyConstantIsFoundByItsNumber(@ForAll Errno errno) {
        assertThat(Errno.of(errno.value())).isSameAs(errno);
    }

    @Test
    void numberWithoutConstantIsAnInputOutputError() {
        assertThat(Errno.of(4095)).isSameAs(Errno.EIO);
    }
}
