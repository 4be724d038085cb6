package io.cairn.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchPlanTest {
    private static BenchPlan plan(long offset, long step) {
        return new BenchPlan(100, 1, 512, offset, step, false, (byte) 0, 0, true);
    }

    @Test
    void goesOnAtTheStartBehindTheEnd() {
        BenchPlan plan = plan(3 << 20, 3 << 20);

        assertThat(plan.offsetOf(0, 4 << 20)).isEqualTo(3 << 20);
        assertThat(plan.offsetOf(1, 4 << 20)).isEqualTo(2 << 20);
        assertThat(plan.offsetOf(4, 4 << 20)).isEqualTo(3 << 20);
    }

    @Test
    void leavesTheFirstOffsetAsItWasAskedFor() {
        assertThat(plan(8 << 20, 512).offsetOf(0, 4 << 20)).isEqualTo(8 << 20);
    }

    @Test
    void doesNotOverflowOnHugeDisks() {
        long length = Long.MAX_VALUE - 511;

        assertThat(plan(0, length - 512).offsetOf(3, length)).isEqualTo(length - 1536);
    }

    @Test
    void flushesWhenAMultipleOfTheIntervalIsLeft() {
        BenchPlan plan = new BenchPlan(10, 1, 512, 0, 512, true, (byte) 0, 4, true);

        assertThat(plan.flushesAfter(1)).isTrue();
        assertThat(plan.flushesAfter(2)).isFalse();
        assertThat(plan.flushesAfter(5)).isTrue();
        assertThat(plan.flushesAfter(9)).isTrue();
    }
}
