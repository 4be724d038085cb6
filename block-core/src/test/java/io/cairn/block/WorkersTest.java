package io.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

class WorkersTest {
    @Test
    void runsAllBodiesOnNamedThreads() throws BlockException {
        Set<String> names = ConcurrentHashMap.newKeySet();
        try (Workers workers = Workers.virtual("job:a")) {
            for (int i = 0; i < 3; i++) {
                workers.fork(() -> names.add(Thread.currentThread().getName()));
            }
            workers.join();
        }
        assertThat(names).containsExactlyInAnyOrder("job:a-0", "job:a-1", "job:a-2");
    }

    @Test
    void theFirstFailureStopsTheOthersAndIsThrown() {
        AtomicInteger ended = new AtomicInteger();
        try (Workers workers = Workers.platform("job:a")) {
            for (int i = 0; i < 3; i++) {
                workers.fork(() -> {
                    while (!workers.isStopping()) {
                        Thread.onSpinWait();
                    }
                    ended.incrementAndGet();
                    throw new HostException(Errno.EIO, "second");
                });
            }
            workers.fork(() -> {
                throw new HostException(Errno.ENOSPC, "first");
            });

            assertThatExceptionOfType(HostException.class)
                    .isThrownBy(workers::join)
                    .withMessage("first")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(3));
        }
        assertThat(ended).hasValue(3);
    }

    @Test
    void anUncheckedFailureComesAsItIs() {
        try (Workers workers = Workers.virtual("job:a")) {
            workers.fork(() -> {
                throw new IllegalArgumentException("bug");
            });
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(workers::join)
                    .withMessage("bug");
        }
    }

    @Test
    void nothingOutlivesTheScope() {
        AtomicInteger ended = new AtomicInteger();
        try (Workers workers = Workers.virtual("job:a")) {
            workers.fork(() -> {
                while (!workers.isStopping()) {
                    Thread.onSpinWait();
                }
                ended.incrementAndGet();
            });
        }
        assertThat(ended).hasValue(1);
    }

    @Test
    void parksUntilAConditionHoldsWhoeverInterrupts() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger state = new AtomicInteger();
        Thread waiting =
                Workers.startDaemon(
                        "waiting",
                        () -> {
                            started.countDown();
                            Workers.parkUntil(() -> state.get() == 1);
                            state.set(Thread.currentThread().isInterrupted() ? 2 : 3);
                        });
        started.await();
        waiting.interrupt();
        while (waiting.isInterrupted()) {
            Thread.onSpinWait();
        }
        assertThat(waiting.isAlive()).isTrue();

        state.set(1);
        LockSupport.unpark(waiting);
        waiting.join();
        assertThat(state).hasValue(2);
    }
}
