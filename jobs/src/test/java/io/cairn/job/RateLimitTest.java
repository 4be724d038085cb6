package io.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class RateLimitTest {
    private final AtomicLong clock = new AtomicLong();

    @Test
    void nextBytesWaitUntilTheOnesBeforeAreThrough() {
        RateLimit rate = RateLimit.of(1000, clock::get);

        assertThat(rate.delayNanos(500)).isZero();
        assertThat(rate.delayNanos(500)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(rate.delayNanos(500)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1000));
    }

    @Test
    void idleTimeIsNotSavedUp() {
        RateLimit rate = RateLimit.of(1000, clock::get);
        clock.set(TimeUnit.SECONDS.toNanos(60));

        assertThat(rate.delayNanos(1000)).isZero();
        assertThat(rate.delayNanos(1000)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void zeroIsNoLimit() {
        assertThat(RateLimit.of(0)).isSameAs(RateLimit.NONE);
        assertThat(RateLimit.NONE.delayNanos(Long.MAX_VALUE)).isZero();
    }

    @Test
    void refusesNegativeRate() {
        assertThatThrownBy(() -> RateLimit.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
