package io.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockModulePathTest {
    @Test
    void runsAsNamedModule() {
        assertThat(BlockException.class.getModule().getName()).isEqualTo("io.cairn.block");
    }
}
