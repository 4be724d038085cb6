package io.cairn.block.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

class AccountingTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(-5 * SECOND);

    private Accounting accounting(boolean invalid, boolean failed, Integer... intervals) {
        return new Accounting(
                new Accounting.Settings(invalid, failed, List.of(intervals)), now::get);
    }

    private void done(Accounting accounting, OperationKind kind, long bytes, long nanos) {
        long started = accounting.begin();
        now.addAndGet(nanos);
        accounting.done(kind, bytes, started);
    }

    @Test
    void countsEachKindApart() throws BlockException {
        Accounting accounting = accounting(true, true);

        accounting.account(OperationKind.READ, 512, () -> now.addAndGet(10));
        accounting.account(OperationKind.READ, 1024, () -> now.addAndGet(20));
        accounting.account(OperationKind.FLUSH, 0, () -> now.addAndGet(7));
        accounting.merged(OperationKind.WRITE, 3);

        OperationStatistics reads = accounting.statistics(OperationKind.READ);
        assertThat(reads.bytes()).isEqualTo(1536);
        assertThat(reads.operations()).isEqualTo(2);
        assertThat(reads.totalNanos()).isEqualTo(30);
        assertThat(accounting.statistics(OperationKind.FLUSH).totalNanos()).isEqualTo(7);
        assertThat(accounting.statistics(OperationKind.WRITE).merged()).isEqualTo(3);
        assertThat(accounting.statistics(OperationKind.UNMAP).operations()).isZero();
    }

    @Test
    void aFailureIsNoOperationAndCountsForLatencyOnlyIfAsked() {
        for (boolean counts : new boolean[] {false, true}) {
            Accounting accounting = accounting(false, counts);

            assertThatThrownBy(() ->
                            accounting.account(
                                    OperationKind.WRITE,
                                    512,
                                    () -> {
                                        now.addAndGet(9);
                                        throw new BlockException(Errno.EIO, "x");
                                    }))
                    .isInstanceOf(BlockException.class);

            OperationStatistics writes = accounting.statistics(OperationKind.WRITE);
            assertThat(writes.failed()).isEqualTo(1);
            assertThat(writes.operations()).isZero();
            assertThat(writes.bytes()).isZero();
            assertThat(writes.totalNanos()).isEqualTo(counts ? 9 : 0);
            assertThat(accounting.idleNanos().isPresent()).isEqualTo(counts);
        }
    }

    @Test
    void anInvalidRequestIsAnAccessOnlyIfAsked() {
        for (boolean counts : new boolean[] {false, true}) {
            Accounting accounting = accounting(counts, false);

            accounting.invalid(OperationKind.READ);
            now.addAndGet(4);

            assertThat(accounting.statistics(OperationKind.READ).invalid()).isEqualTo(1);
            assertThat(accounting.idleNanos().isPresent()).isEqualTo(counts);
        }
    }

    @Test
    void idleTimeBeginsWithTheLastAccess() {
        Accounting accounting = accounting(true, true);
        assertThat(accounting.idleNanos()).isEmpty();

        done(accounting, OperationKind.FLUSH, 0, 3);
        now.addAndGet(42);

        assertThat(accounting.idleNanos()).hasValue(42);
    }

    @Test
    void anIntervalTellsOfItsLastSecondsOnly() {
        Accounting accounting = accounting(true, true, 10, 1);
        done(accounting, OperationKind.READ, 1, SECOND / 2);
        done(accounting, OperationKind.READ, 1, SECOND / 10);

        IntervalStatistics both = accounting.interval(OperationKind.READ, 10);
        assertThat(both.minNanos()).isEqualTo(SECOND / 10);
        assertThat(both.maxNanos()).isEqualTo(SECOND / 2);
        assertThat(both.averageNanos()).isEqualTo(SECOND * 3 / 10);
        now.addAndGet(2 * SECOND);
        assertThat(accounting.interval(OperationKind.READ, 1))
                .isEqualTo(new IntervalStatistics(0, 0, 0, 0));
        assertThat(accounting.interval(OperationKind.READ, 10).maxNanos()).isEqualTo(SECOND / 2);
        now.addAndGet(8 * SECOND);
        assertThat(accounting.interval(OperationKind.READ, 10).averageNanos()).isZero();
        assertThat(accounting.interval(OperationKind.WRITE, 10).averageNanos()).isZero();
    }

    @Test
    void queueDepthIsTheTimeOfRequestsByTheTimeThatPassed() {
        Accounting accounting = accounting(true, true, 10);
        long started = accounting.begin();
        now.addAndGet(2 * SECOND);
        // Three at a time for two of four seconds.
        for (int i = 0; i < 3; i++) {
            accounting.done(OperationKind.WRITE, 1, started);
        }
        now.addAndGet(2 * SECOND);

        assertThat(accounting.interval(OperationKind.WRITE, 10).queueDepth())
                .isCloseTo(1.5, within(1e-9));
    }

    @Test
    void histogramBinsAreClosedBelowAndOpenAbove() throws BlockException {
        Accounting accounting = accounting(true, true);
        accounting.setHistograms(List.of(10L, 50L, 100L), Map.of());

        for (long nanos : new long[] {0, 9, 10, 49, 50, 99, 100, 1 << 20}) {
            done(accounting, OperationKind.READ, 1, nanos);
        }

        LatencyHistogram histogram =
                accounting.statistics(OperationKind.READ).histogram().orElseThrow();
        assertThat(histogram.boundaries()).containsExactly(10L, 50L, 100L);
        assertThat(histogram.bins()).containsExactly(2L, 2L, 2L, 2L);
        assertThat(accounting.statistics(OperationKind.UNMAP).histogram()).isPresent();
    }

    @Test
    void boundariesOfAKindWinAndAloneLeaveTheOthers() throws BlockException {
        Accounting accounting = accounting(true, true);

        accounting.setHistograms(List.of(5L), Map.of(OperationKind.WRITE, List.of(7L, 8L)));
        done(accounting, OperationKind.READ, 1, 1);
        accounting.setHistograms(null, Map.of(OperationKind.FLUSH, List.of(9L)));

        assertThat(boundaries(accounting, OperationKind.READ)).containsExactly(5L);
        assertThat(boundaries(accounting, OperationKind.WRITE)).containsExactly(7L, 8L);
        assertThat(boundaries(accounting, OperationKind.FLUSH)).containsExactly(9L);
        assertThat(accounting.statistics(OperationKind.READ).histogram().orElseThrow().bins())
                .containsExactly(1L, 0L);

        accounting.setHistograms(null, Map.of());
        assertThat(accounting.statistics(OperationKind.READ).histogram()).isEmpty();
    }

    private static List<Long> boundaries(Accounting accounting, OperationKind kind) {
        return accounting.statistics(kind).histogram().orElseThrow().boundaries();
    }

    @Test
    void badBoundariesChangeNothing() throws BlockException {
        Accounting accounting = accounting(true, true);
        accounting.setHistograms(List.of(5L), Map.of());

        for (List<Long> bad : List.of(List.of(0L), List.of(3L, 3L), List.of(9L, 4L))) {
            assertThatThrownBy(() ->
                            accounting.setHistograms(List.of(1L), Map.of(OperationKind.FLUSH, bad)))
                    .isInstanceOf(InvalidOptionException.class);
        }

        assertThat(boundaries(accounting, OperationKind.READ)).containsExactly(5L);
    }

    @Test
    void losesNothingThatManyThreadsCount() throws BlockException {
        Accounting accounting = new Accounting(new Accounting.Settings(true, true, List.of(3600)));
        accounting.setHistograms(List.of(1L, 1000L), Map.of());
        try (Workers workers = Workers.platform("count")) {
            for (int t = 0; t < 4; t++) {
                workers.fork(() -> {
                    for (int i = 0; i < 5000; i++) {
                        accounting.account(OperationKind.WRITE, 3, () -> {});
                    }
                });
            }
            workers.join();
        }

        OperationStatistics writes = accounting.statistics(OperationKind.WRITE);
        assertThat(writes.operations()).isEqualTo(20_000);
        assertThat(writes.bytes()).isEqualTo(60_000);
        assertThat(
                        writes.histogram().orElseThrow().bins().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .isEqualTo(20_000);
    }
}
