package io.cairn.job.convert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

class SparseRunsTest {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);

    private void data(int index, int length) {
        for (int i = index; i < index + length; i++) {
            buffer.put(i, (byte) 1);
        }
    }

    @Test
    void blocksWithAnyDataAreData() {
        data(5000, 1);
        SparseRuns runs = new SparseRuns(4096);

        assertThat(runs.zeroes(buffer, 0, 0, 65536, 0)).isEqualTo(4096);
        assertThat(runs.data(buffer, 4096, 0, 65536, 0)).isEqualTo(4096);
        assertThat(runs.zeroes(buffer, 8192, 0, 65536, 0)).isEqualTo(65536 - 8192);
    }

    @Test
    void shortRunsBetweenDataAreData() {
        data(0, 512);
        data(24 << 10, 512);
        SparseRuns runs = new SparseRuns(32 << 10);

        assertThat(runs.data(buffer, 0, 0, 65536, 0)).isEqualTo(32 << 10);
    }

    @Test
    void runsShorterThanAskedForAreDataThoughBlocksAreSmaller() {
        data(0, 512);
        data(12 << 10, 512);
        SparseRuns runs = new SparseRuns(12 << 10);

        assertThat(runs.data(buffer, 0, 0, 65536, 0)).isEqualTo(16 << 10);
    }

    @Test
    void blocksAreAlignedOnTheDisk() {
        data(4096, 1);
        SparseRuns runs = new SparseRuns(8192);

        assertThat(runs.zeroes(buffer, 0, 0, 65536, 4096)).isEqualTo(4096);
        assertThat(runs.data(buffer, 4096, 0, 65536, 4096)).isEqualTo(8192);
    }
}
