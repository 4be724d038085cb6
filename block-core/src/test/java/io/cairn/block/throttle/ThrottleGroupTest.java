package io.cairn.block.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class ThrottleGroupTest {
    private static final long SECOND = 1_000_000_000L;

    private final SimulatedClock clock = new SimulatedClock();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    private ThrottleGroup group(LimitKind kind, Limit limit) throws BlockException {
        return new ThrottleGroup("g", ThrottleLimits.NONE.with(kind, limit), clock);
    }

    private static ThrottleMember join(ThrottleGroup group) {
        return group.join().orElseThrow();
    }

    private void ask(Workers workers, ThrottleMember member, Direction direction, long bytes) {
        workers.fork(() -> {
            try {
                member.admit(direction, bytes);
                passed.incrementAndGet();
            } catch (BlockException e) {
                assertThat(e.errno()).isEqualTo(Errno.ECANCELED);
                cancelled.incrementAndGet();
            }
        });
    }

    /// Requests that wait stand still until the test lets time pass.
    private Workers waiting(ThrottleMember member, int count) {
        Workers workers = Workers.virtual("waiting");
        for (int i = 0; i < count; i++) {
            ask(workers, member, Direction.READ, 512);
            clock.awaitParked(i + 1);
        }
        return workers;
    }

    /// Two members of a full group: requests of the first wait, and then one of the other.
    private final class TwoMembers implements AutoCloseable {
        final ThrottleMember first;
        final ThrottleMember other;
        private final Workers ofFirst;
        private final Workers ofOther = Workers.virtual("other");

        TwoMembers(int requestsOfFirst) throws BlockException {
            ThrottleGroup group = full();
            first = join(group);
            other = join(group);
            ofFirst = waiting(first, requestsOfFirst);
            ask(ofOther, other, Direction.READ, 512);
            clock.awaitParked(requestsOfFirst + 1);
        }

        /// Waits until the first member's requests are over, while the other's waits on.
        void awaitFirst() throws BlockException {
            ofFirst.join();
            assertThat(other.waiting()).isEqualTo(1);
        }

        /// Lets time pass after which the other's request passes.
        void letOtherPass(long nanos) throws BlockException {
            clock.advance(nanos);
            ofOther.join();
        }

        @Override
        public void close() {
            ofFirst.close();
            ofOther.close();
        }
    }

    /// A group of one operation a second whose bucket is full.
    private ThrottleGroup full() throws BlockException {
        ThrottleGroup group = group(LimitKind.IOPS_TOTAL, new Limit(1, 0, 1));
        ThrottleMember first = join(group);
        first.admit(Direction.READ, 512);
        first.close();
        return group;
    }

    @Test
    void passesABurstAndThenOneAtATime() throws BlockException {
        ThrottleMember member = join(group(LimitKind.IOPS_TOTAL, new Limit(10, 20, 1)));

        // The bucket holds 20, and the request that fills it beyond that.
        for (int i = 0; i < 21; i++) {
            member.admit(Direction.WRITE, 1);
        }
        try (Workers workers = Workers.virtual("r")) {
            ask(workers, member, Direction.WRITE, 1);
            clock.awaitParked(1);
            assertThat(passed.get()).isZero();
            clock.advance(SECOND / 10);
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(1);
    }

    @Test
    void countsARequestLongerThanTheSizeInProportion() throws BlockException {
        ThrottleLimits limits =
                ThrottleLimits.NONE
                        .with(LimitKind.IOPS_READ, new Limit(10, 0, 1))
                        .with(ThrottleLimits.IOPS_SIZE, 4096);
        ThrottleMember member = join(new ThrottleGroup("g", limits, clock));

        member.admit(Direction.READ, 6144);

        // One and a half, of which the bucket holds one: the rest is gone after 50 ms.
        try (Workers workers = waiting(member, 1)) {
            clock.advance(SECOND / 20 - 1);
            assertThat(member.waiting()).isEqualTo(1);
            clock.advance(1);
            workers.join();
        }
        assertThat(passed.get()).isEqualTo(1);
    }

    @Test
    void limitsReadsApartFromWrites() throws BlockException {
        ThrottleMember member = join(group(LimitKind.BPS_READ, new Limit(1, 0, 1)));

        member.admit(Direction.READ, 1 << 20);
        member.admit(Direction.WRITE, 1 << 20);
        member.admit(Direction.WRITE, 1 << 20);

        try (Workers workers = waiting(member, 1)) {
            member.cancelWaiting();
            workers.join();
        }
        assertThat(cancelled.get()).isEqualTo(1);
    }

    @Test
    void letsPassWhatWaitsWhenLimitsGo() throws BlockException {
        ThrottleGroup group = full();

        try (Workers workers = waiting(join(group), 5)) {
            group.setLimits(ThrottleLimits.NONE);
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(5);
    }

    @Test
    void judgesWhatWaitsAnewWhenLimitsChange() throws BlockException {
        ThrottleGroup group = full();
        ThrottleMember member = join(group);

        try (Workers workers = waiting(member, 4)) {
            group.setLimits(
                    ThrottleLimits.NONE.with(LimitKind.IOPS_TOTAL, new Limit(1000, 1000, 1)));
            workers.join();
        }

        assertThat(passed.get()).isEqualTo(4);
    }

    @Test
    void keepsWhatWasUsedWhenLimitsAreSetAgain() throws BlockException {
        ThrottleGroup group = full();

        group.setLimits(ThrottleLimits.NONE.with(LimitKind.IOPS_TOTAL, new Limit(20, 0, 1)));
        ThrottleMember member = join(group);

        // The new bucket holds two, of which the first request has taken one.
        member.admit(Direction.READ, 1);
        member.admit(Direction.READ, 1);
        try (Workers workers = waiting(member, 1)) {
            assertThat(passed.get()).isZero();
            clock.advance(SECOND);
            workers.join();
        }
    }

    @Test
    void refusesContradictingLimitsAndKeepsTheOldOnes() throws BlockException {
        ThrottleGroup group = full();
        ThrottleLimits before = group.limits();

        assertThatThrownBy(() -> group.setLimits(before.with("iops-read", 5)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("cannot be used at the same time");

        assertThat(group.limits()).isEqualTo(before);
    }

    @Test
    void bypassLetsOneMembersRequestsPassAndOthersWait() throws BlockException {
        try (TwoMembers members = new TwoMembers(3)) {
            members.first.beginBypass();
            members.awaitFirst();
            members.first.admit(Direction.READ, 512);
            assertThat(members.other.waiting()).isEqualTo(1);
            members.first.endBypass();
            assertThat(passed.get()).isEqualTo(3);
            // What passed is counted: five operations of which the bucket holds a tenth of one.
            clock.advance(4 * SECOND);
            assertThat(members.other.waiting()).isEqualTo(1);
            members.letOtherPass(SECOND);
        }
        assertThat(passed.get()).isEqualTo(4);
    }

    @Test
    void leavingLetsTheMembersRequestsPassAndOthersWait() throws BlockException {
        try (TwoMembers members = new TwoMembers(2)) {
            members.first.close();
            members.awaitFirst();
            assertThat(passed.get()).isEqualTo(2);
            members.letOtherPass(10 * SECOND);
            members.first.close();
        }
        assertThat(passed.get()).isEqualTo(3);
    }

    @Test
    void cancellingFailsWhatWaitsAtOneMember() throws BlockException {
        try (TwoMembers members = new TwoMembers(3)) {
            members.first.cancelWaiting();
            members.awaitFirst();
            assertThat(cancelled.get()).isEqualTo(3);
            members.letOtherPass(SECOND);
        }
        assertThat(passed.get()).isEqualTo(1);
    }

    @Test
    void cancelledScopeEndsItsOwnWaitsOnly() throws BlockException {
        ThrottleMember member = join(full());
        CancelScope scope = new CancelScope();

        try (Workers inside = Workers.virtual("inside");
                Workers outside = waiting(member, 1)) {
            scope.run(() -> ask(inside, member, Direction.READ, 512));
            clock.awaitParked(2);
            scope.cancel();
            inside.join();
            scope.run(() -> ask(inside, member, Direction.READ, 512));
            inside.join();
            assertThat(cancelled.get()).isEqualTo(2);
            assertThat(member.waiting()).isEqualTo(1);
            clock.advance(SECOND);
            outside.join();
        }
        assertThat(passed.get()).isEqualTo(1);
    }

    @Test
    void anInterruptDoesNotEndTheWaitAndIsKept() throws Exception {
        ThrottleGroup group = new ThrottleGroup("g", full().limits(), ThrottleClock.SYSTEM);
        ThrottleMember member = join(group);
        member.admit(Direction.READ, 1);
        AtomicInteger interrupted = new AtomicInteger(-1);
        Thread thread =
                Workers.startVirtual(
                        "interrupted",
                        () -> {
                            try {
                                member.admit(Direction.READ, 1);
                                interrupted.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                            } catch (BlockException e) {
                                throw new AssertionError(e);
                            }
                        });
        thread.interrupt();

        while (member.waiting() == 0 && interrupted.get() < 0) {
            Thread.onSpinWait();
        }
        group.setLimits(ThrottleLimits.NONE);
        thread.join();

        assertThat(interrupted.get()).isEqualTo(1);
    }

    @Test
    void goesOnlyWithoutMembersAndTakesNoneAfterwards() throws BlockException {
        ThrottleGroup group = full();
        ThrottleMember member = join(group);

        assertThat(group.retire()).isFalse();
        member.close();
        assertThat(group.retire()).isTrue();

        assertThat(group.join()).isEmpty();
    }
}
