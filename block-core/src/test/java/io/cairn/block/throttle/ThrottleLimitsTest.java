package io.cairn.block.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ThrottleLimitsTest {
    @Test
    void everyNumberIsReadBackByItsName() {
        ThrottleLimits limits = ThrottleLimits.NONE;
        long value = 100;
        for (String name : ThrottleLimits.names()) {
            limits = limits.with(name, value++);
        }

        value = 100;
        assertThat(ThrottleLimits.names()).hasSize(19).doesNotHaveDuplicates();
        for (String name : ThrottleLimits.names()) {
            assertThat(limits.value(name)).as(name).isEqualTo(value++);
        }
        assertThat(limits.get(LimitKind.BPS_TOTAL)).isEqualTo(new Limit(100, 101, 102));
        assertThat(limits.iopsSize()).isEqualTo(118);
    }

    @Test
    void burstsLastASecondUnlessSaidOtherwise() {
        assertThat(ThrottleLimits.NONE.value("iops-read-max-length")).isEqualTo(1);
    }

    @Test
    void unknownNamesAreErrorsOfTheCaller() {
        assertThatThrownBy(() -> ThrottleLimits.NONE.value("iops-max"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsOnlyTheDirectionsThatItCovers() {
        ThrottleLimits limits = ThrottleLimits.NONE.with("bps-write", 1);

        assertThat(limits.limit(Direction.WRITE)).isTrue();
        assertThat(limits.limit(Direction.READ)).isFalse();
        assertThat(ThrottleLimits.NONE.with("iops-total", 1).limit(Direction.READ)).isTrue();
    }
}
