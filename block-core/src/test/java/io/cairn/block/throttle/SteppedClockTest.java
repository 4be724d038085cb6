package io.cairn.block.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class SteppedClockTest {
    private static final long SECOND = 1_000_000_000L;

    private final SteppedClock clock = new SteppedClock();
    private final ThrottleGroups groups = new ThrottleGroups(clock);

    @Test
    void requestsPassAtTheMomentsThatAreSteppedOver() throws BlockException {
        ThrottleLimits limits = ThrottleLimits.NONE.with(LimitKind.IOPS_TOTAL, new Limit(10, 0, 1));
        ThrottleGroup group = groups.add("g", limits);
        ThrottleMember member = group.join().orElseThrow();
        AtomicInteger passed = new AtomicInteger();
        try (Workers workers = Workers.platform("test:stepped")) {
            for (int i = 0; i < 40; i++) {
                workers.fork(() -> {
                    member.admit(Direction.READ, 512);
                    passed.incrementAndGet();
                });
            }
            while (group.waiting() + passed.get() < 40) {
                Thread.onSpinWait();
            }
            int before = group.waiting();

            assertThat(groups.nextDeadline()).isBetween(1L, SECOND);
            assertThat(groups.waiting()).isEqualTo(before);
            groups.step(clock, SECOND);

            assertThat(clock.nanoTime()).isEqualTo(SECOND);
            assertThat(before - group.waiting()).isEqualTo(10);
            groups.step(clock, 3 * SECOND);

            assertThat(before - group.waiting()).isEqualTo(30);
            groups.step(clock, 100 * SECOND);

            assertThat(group.waiting()).isZero();
            assertThat(groups.nextDeadline()).isEqualTo(ThrottleClock.NEVER);
            workers.join();
        }
        assertThat(passed).hasValue(40);
    }

    @Test
    void neverGoesBack() {
        groups.step(clock, 5);
        groups.step(clock, 3);

        assertThat(clock.nanoTime()).isEqualTo(5);
    }
}
