package io.cairn.fuse.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FusePaceTest {
    private static final long MILLI = 1_000_000;

    private final FusePace pace = new FusePace();
    private long now = 17 * MILLI;

    private void judge(long nanos, int bytes, boolean wasAlone, boolean hadNext) {
        pace.judge(nanos, bytes, now, wasAlone, hadNext);
    }

    @Test
    void quickRequestsFollowEachOther() {
        for (int i = 0; i < 100; i++) {
            judge(20_000, 4096, true, true);
            judge(1 * MILLI, 1 << 20, true, true);
        }

        assertThat(pace.overlaps(now)).isFalse();
    }

    @Test
    void slowRequestsOverlapUntilATrial() {
        judge(200_000, 4096, true, true);

        assertThat(pace.overlaps(now)).isTrue();
        assertThat(pace.overlaps(now + 1 * MILLI)).isTrue();
        assertThat(pace.overlaps(now + 3 * MILLI)).isFalse();
    }

    @Test
    void aQuickTrialEndsIt() {
        judge(200_000, 4096, true, true);
        judge(20_000, 4096, false, false);
        assertThat(pace.overlaps(now)).isTrue();

        now += 3 * MILLI;
        judge(20_000, 4096, false, true);

        assertThat(pace.overlaps(now)).isFalse();
    }

    @Test
    void trialsBecomeRareWhileTheyAreSlow() {
        judge(200_000, 4096, true, true);
        now += 3 * MILLI;
        judge(200_000, 4096, true, true);
        assertThat(pace.overlaps(now + 3 * MILLI)).isTrue();
        assertThat(pace.overlaps(now + 5 * MILLI)).isFalse();

        for (int i = 0; i < 20; i++) {
            now += 2000 * MILLI;
            judge(200_000, 4096, true, true);
        }
        assertThat(pace.overlaps(now + 900 * MILLI)).isTrue();
        assertThat(pace.overlaps(now + 1100 * MILLI)).isFalse();
    }

    @Test
    void aSlowRequestBesideOthersProvesLittle() {
        judge(200_000, 4096, true, true);
        now += 3 * MILLI;
        for (int i = 0; i < 3; i++) {
            judge(200_000, 4096, false, true);
            assertThat(pace.overlaps(now)).isFalse();
        }

        judge(200_000, 4096, false, true);

        assertThat(pace.overlaps(now)).isTrue();
    }
}
