package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class IoPoolTest {
    @Test
    void makesCallsOfVirtualThreadsOnPlatformThreads() throws BlockException {
        HostFileContract.on(
                true,
                () ->
                        IoPool.run(() -> {
                            assertThat(Thread.currentThread().isVirtual()).isFalse();
                            assertThat(Thread.currentThread().getName()).startsWith("os:io-");
                        }));
    }

    @Test
    void platformThreadMakesItsOwnCall() throws BlockException {
        Thread caller = Thread.currentThread();
        assertThat(IoPool.call(Thread::currentThread)).isSameAs(caller);
    }

    @Test
    void failuresReachTheCallerAsTheyAre() throws BlockException {
        HostFileContract.on(
                true,
                () -> {
                    assertThatExceptionOfType(HostException.class)
                            .isThrownBy(() ->
                                    IoPool.run(() -> {
                                        throw HostErrors.of(Errno.EROFS);
                                    }))
                            .withMessage("Read-only file system");
                    assertThatExceptionOfType(HostException.class)
                            .isThrownBy(() ->
                                    IoPool.run(() -> {
                                        throw new IOException("File too large");
                                    }))
                            .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EFBIG));
                    assertThatExceptionOfType(ArithmeticException.class)
                            .isThrownBy(() -> IoPool.call(() -> Math.toIntExact(1L << 40)));
                });
    }

    @Test
    void hasNoMoreThreadsThanItsLimitAndServesAllCalls() throws BlockException {
        IoPool pool = new IoPool(2);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch bothBusy = new CountDownLatch(2);
        try (Workers workers = Workers.virtual("caller")) {
            for (int i = 0; i < 50; i++) {
                workers.fork(() -> {
                    try {
                        served.addAndGet(
                                pool.hand(() -> {
                                    threads.add(Thread.currentThread());
                                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                    bothBusy.countDown();
                                    awaitQuietly(bothBusy);
                                    running.decrementAndGet();
                                    return 1;
                                }));
                    } catch (IOException e) {
                        throw HostErrors.from(e);
                    }
                });
            }
            workers.join();
        }
        assertThat(served).hasValue(50);
        assertThat(most).hasValue(2);
        assertThat(threads).hasSize(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
