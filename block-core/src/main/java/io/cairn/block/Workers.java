package io.cairn.block;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Threads that work for one scope and end before it does.
///
/// A scope is opened in a try-with-resources statement, forks bodies of work, and joins them. The
/// first body that fails makes {@link #isStopping()} true, which the others look at between their
/// steps, and is what {@link #join()} throws; later failures are suppressed in it. {@link #close()}
/// waits for what still runs. Nobody is interrupted. What a worker requests belongs to the {@link
/// CancelScope} in which it was forked.
///
/// This class makes every thread of the block layer.
public final class Workers implements AutoCloseable {
    private final Thread.Builder builder;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean isStopping;

    /// What a worker does.
    @FunctionalInterface
    public interface Body {
        /// Works to the end, or until {@link Workers#isStopping()}.
        void run() throws BlockException;
    }

    private Workers(Thread.Builder builder) {
        this.builder = builder;
    }

    /// A scope of virtual threads, named `name-0`, `name-1` and so on.
    public static Workers virtual(String name) {
        return new Workers(Thread.ofVirtual().name(name + "-", 0));
    }

    /// A scope of platform threads, named `name-0`, `name-1` and so on.
    public static Workers platform(String name) {
        return new Workers(Thread.ofPlatform().daemon().name(name + "-", 0));
    }

    /// Starts a thread that belongs to no scope and does not keep the process alive.
    public static Thread startDaemon(String name, Runnable body) {
        return Thread.ofPlatform().daemon().name(name).start(body);
    }

    /// A source of platform threads that belong to no scope: each body gets one at once, which
    /// afterwards waits some seconds for another.
    public static Executor pool(String name, long idleSeconds) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                idleSeconds,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    }

    /// Starts a virtual thread that belongs to no scope of workers.
    public static Thread startVirtual(String name, Runnable body) {
        return Thread.ofVirtual().name(name).start(CancelScope.carry(body));
    }

    /// Starts a body on a thread of its own; to be called by the thread that owns the scope.
    public void fork(Body body) {
        threads.add(builder.start(CancelScope.carry(() -> run(body))));
    }

    private void run(Body body) {
        try {
            body.run();
        } catch (Throwable e) {
            // Recorded before the others are stopped, so that none of their failures comes first.
            if (!failure.compareAndSet(null, e)) {
                Throwable first = failure.get();
                if (first != null && first != e) {
                    first.addSuppressed(e);
                }
            }
            isStopping = true;
        }
    }

    /// Waits for all that was forked.
    ///
    /// @throws BlockException the first failure; an unchecked one is thrown as it is
    public void join() throws BlockException {
        await();
        Throwable first = failure.getAndSet(null);
        if (first instanceof BlockException e) {
            throw e;
        } else if (first instanceof RuntimeException e) {
            throw e;
        } else if (first instanceof Error e) {
            throw e;
        }
    }

    /// Whether a body has failed or the owner wants the others to end.
    public boolean isStopping() {
        return isStopping;
    }

    /// Asks all bodies to end early.
    public void stop() {
        isStopping = true;
    }

    /// Asks what still runs to end, and waits for it.
    @Override
    public void close() {
        isStopping = true;
        await();
    }

    /// Parks the calling thread until a condition holds, whoever interrupts it meanwhile; who makes
    /// the condition true unparks the thread.
    public static void parkUntil(BooleanSupplier condition) {
        parkUntil(condition, () -> LockSupport.park(condition));
    }

    /// The same with another way to park, which may return early.
    public static void parkUntil(BooleanSupplier condition, Runnable park) {
        boolean wasInterrupted = false;
        while (!condition.getAsBoolean()) {
            park.run();
            wasInterrupted |= Thread.interrupted();
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until a thread has ended, whoever interrupts the calling thread meanwhile.
    public static void awaitEnd(Thread thread) {
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for a signal of a condition, whoever interrupts the calling thread meanwhile. False if
    /// the time by {@link System#nanoTime} comes first. As with every condition, the caller holds
    /// its lock and looks again at what it waits for.
    public static boolean awaitUntil(Condition condition, long deadlineNanos) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return condition.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException _) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void await() {
        boolean wasInterrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException _) {
                    wasInterrupted = true;
                }
            }
        }
        threads.clear();
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
