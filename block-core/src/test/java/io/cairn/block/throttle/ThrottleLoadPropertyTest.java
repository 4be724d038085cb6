package io.cairn.block.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// What a group lets pass when many threads ask for more than it has, in simulated time: never more
/// than the bucket holds over any window, nearly all that it holds, and to each member the same.
class ThrottleLoadPropertyTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final double NANOS = 1e9;
    private static final int SECONDS = FULL ? 60 : 4;

    /// Which way the requests of a member's threads go.
    private enum Mix {
        READS,
        RANDOM,
        /// The first member reads, the others write.
        BY_MEMBER
    }

    /// A request that has passed.
    private record Passed(long time, int member, Direction direction, double units) {}

    /// Members whose threads ask again at once, until a moment.
    private static final class Load {
        private final SimulatedClock clock = new SimulatedClock();
        private final ThrottleGroup group;
        private final List<ThrottleMember> members = new ArrayList<>();
        private final List<Passed> passed = Collections.synchronizedList(new ArrayList<>());
        private final long seed;

        Load(ThrottleLimits limits, int members, long seed) throws BlockException {
            this.seed = seed;
            group = new ThrottleGroup("g", limits, clock);
            for (int i = 0; i < members; i++) {
                this.members.add(group.join().orElseThrow());
            }
        }

        /// Makes requests of one operation until the next would wait, so that nobody profits from
        /// being the first.
        void fill(Limit limit) throws BlockException {
            for (int i = 0; i <= limit.capacity(); i++) {
                members.get(0).admit(Direction.READ, 1);
            }
        }

        /// @param threads how many each member has
        /// @param maxBytes requests are from 1 byte to this, or all of it if `fixed`
        void run(double seconds, int[] threads, int maxBytes, boolean fixed, Mix mix)
                throws BlockException {
            long end = clock.nanoTime() + (long) (seconds * NANOS);
            int all = 0;
            for (int count : threads) {
                all += count;
            }
            clock.setParticipants(all);
            try (Workers workers = Workers.virtual("load")) {
                for (int m = 0; m < threads.length; m++) {
                    for (int t = 0; t < threads[m]; t++) {
                        int member = m;
                        Random random = new Random(seed * 31 + m * 1000L + t);
                        workers.fork(() -> requests(member, random, end, maxBytes, fixed, mix));
                    }
                }
                workers.join();
            }
            passed.sort((a, b) -> Long.compare(a.time(), b.time()));
        }

        private void requests(
                int member, Random random, long end, int maxBytes, boolean fixed, Mix mix)
                throws BlockException {
            try {
                while (clock.nanoTime() < end) {
                    int bytes = fixed ? maxBytes : 1 + random.nextInt(maxBytes);
                    boolean isWrite =
                            switch (mix) {
                                case READS -> false;
                                case RANDOM -> random.nextBoolean();
                                case BY_MEMBER -> member > 0;
                            };
                    Direction direction = isWrite ? Direction.WRITE : Direction.READ;
                    members.get(member).admit(direction, bytes);
                    long time = clock.nanoTime();
                    if (time < end) {
                        passed.add(new Passed(time, member, direction, bytes));
                    }
                }
            } finally {
                clock.leave();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LimitKind.class)
    void neverExceedsTheBucketOverAnyWindowAndUsesNearlyAllOfIt(LimitKind kind)
            throws BlockException {
        for (int run = 0; run < (FULL ? 50 : 2); run++) {
            long seed = SEED + run;
            Random random = new Random(seed);
            boolean bursts = random.nextBoolean();
            long average = kind.countsBytes() ? 200_000 : 200;
            Limit limit =
                    bursts
                            ? new Limit(average, average * 4, 1 + random.nextInt(3))
                            : new Limit(average, 0, 1);
            int maxBytes = 1000 + random.nextInt(20_000);
            Load load = new Load(ThrottleLimits.NONE.with(kind, limit), 3, seed);

            load.run(SECONDS, new int[] {4, 1, 3}, maxBytes, false, Mix.RANDOM);

            List<Passed> counted =
                    load.passed.stream()
                            .filter(p -> kind.covers(p.direction()))
                            .map(p -> kind.countsBytes() ? p : inOperations(p))
                            .toList();
            String what = "seed " + seed + " " + limit + " requests of up to " + maxBytes;
            double largest = counted.stream().mapToDouble(Passed::units).max().orElse(0);
            assertWithin(counted, (double) limit.average(), limit.capacity() + largest, what);
            if (limit.limitsBurstRate()) {
                assertWithin(counted, (double) limit.max(), limit.burstCapacity() + largest, what);
            }
            double used = counted.stream().mapToDouble(Passed::units).sum();
            assertThat(used).as(what).isGreaterThan(0.97 * limit.average() * SECONDS);
        }
    }

    private static Passed inOperations(Passed p) {
        return new Passed(p.time(), p.member(), p.direction(), 1);
    }

    /// For every pair of requests: what passed from the one to the other is no more than the rate
    /// gives in that time and the bucket holds at once. One pass finds the worst window: the sum so
    /// far less what the rate gave is compared with its lowest value before.
    private static void assertWithin(List<Passed> passed, double rate, double atOnce, String what) {
        double sum = 0;
        double lowest = 0;
        for (Passed p : passed) {
            double leaked = rate * (p.time() / NANOS);
            lowest = Math.min(lowest, sum - leaked);
            sum += p.units();
            assertThat(sum - leaked - lowest)
                    .as(what + " at " + p.time())
                    .isLessThanOrEqualTo(atOnce * (1 + 1e-9) + 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void givesEachMemberTheSameHoweverManyThreadsItHas(int count) throws BlockException {
        Limit limit = new Limit(500, 0, 1);
        Load load = new Load(ThrottleLimits.NONE.with(LimitKind.IOPS_TOTAL, limit), count, SEED);
        int[] threads = new int[count];
        for (int i = 0; i < count; i++) {
            threads[i] = 1 + i * 3;
        }
        // One thread is away while its request runs; two keep a member's queue filled.
        threads[0] = 2;

        load.fill(limit);
        load.run(SECONDS, threads, 4096, true, Mix.READS);

        double share = load.passed.size() / (double) count;
        for (int m = 0; m < count; m++) {
            int member = m;
            long of = load.passed.stream().filter(p -> p.member() == member).count();
            assertThat((double) of)
                    .as("member " + m + ", seed " + SEED)
                    .isBetween(0.95 * share, 1.05 * share);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 100_000})
    void sharesATotalEvenlyBetweenManyReadsAndFewWrites(int bytes) throws BlockException {
        Limit limit = new Limit(250_000, 0, 1);
        Load load = new Load(ThrottleLimits.NONE.with(LimitKind.BPS_TOTAL, limit), 2, SEED);

        load.run(SECONDS, new int[] {12, 2}, bytes, true, Mix.BY_MEMBER);

        long reads = load.passed.stream().filter(p -> p.direction() == Direction.READ).count();
        double half = load.passed.size() / 2.0;
        assertThat((double) reads).as("seed " + SEED).isBetween(0.9 * half, 1.1 * half);
    }
}
