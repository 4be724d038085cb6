package io.cairn.nbd.server;

import java.util.concurrent.Semaphore;

/// Bytes that requests may hold at one time; who wants more waits, in the order of asking.
final class ByteBudget {
    /// What one unit of the semaphore stands for.
    private static final int UNIT_BITS = 12;

    private final int units;
    private final Semaphore free;

    ByteBudget(long bytes) {
        units = Math.toIntExact(bytes >>> UNIT_BITS);
        free = new Semaphore(units, true);
    }

    /// Takes bytes, waiting until they are there. What is more than all there are counts as all.
    void acquire(int bytes) {
        free.acquireUninterruptibly(units(bytes));
    }

    void release(int bytes) {
        free.release(units(bytes));
    }

    private int units(int bytes) {
        return Math.min(units, (bytes >>> UNIT_BITS) + 1);
    }
}
