package io.cairn.cli.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/// What ends or happens beside the command that runs: asynchronous requests, stops at breakpoints,
/// lines of input.
///
/// One thread, the session's, starts requests and takes events; it does so only where it waits
/// anyway, so that what an event prints never comes in between. Any thread may post one. No more
/// events wait than there are requests and lines.
final class EventLoop {
    /// A request that runs on a thread of its own.
    @FunctionalInterface
    interface Request {
        /// Carries the request out and returns what is to be done on the session's thread then.
        Runnable perform();
    }

    /// Requests that belong together. Guarded by the loop.
    private static final class Batch {
        private int outstanding;

        /// What is to be done when none is left.
        private @Nullable Runnable over;
    }

    private static final long MAX_HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long STEP_NANOS = 10_000;
    private static final long MAX_SETTLING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final @Nullable Runnable afterEach;

    /// To which requests belong that are started.
    @GuardedBy("this")
    private Batch batch = new Batch();

    /// The requests whose end was not taken yet.
    private int outstanding;

    EventLoop() {
        this(null);
    }

    /// @param afterEach null for events that are taken by the session's thread; else each is
    ///   carried out at once by whoever posts it, one at a time, and this behind it
    EventLoop(@Nullable Runnable afterEach) {
        this.afterEach = afterEach;
    }

    /// Starts a request, and lets it come to where it first waits: those that are started after it
    /// come behind it in every queue. One that runs for long without waiting is left to itself.
    void start(String name, Request request) {
        Batch of;
        synchronized (this) {
            of = batch;
            of.outstanding++;
            outstanding++;
        }
        Thread thread =
                Workers.startVirtual(
                        name,
                        () -> {
                            post(ending(of, outcome(request)));
                            finish(of);
                        });
        long start = System.nanoTime();
        while (isRunning(thread) && System.nanoTime() - start < MAX_HEAD_START_NANOS) {
            LockSupport.parkNanos(thread, STEP_NANOS);
        }
    }

    private static boolean isRunning(Thread thread) {
        return switch (thread.getState()) {
            case NEW, RUNNABLE -> true;
            case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> false;
        };
    }

    private static Runnable outcome(Request request) {
        try {
            return request.perform();
        } catch (RuntimeException | Error e) {
            return () -> {
                throw e;
            };
        }
    }

    private Runnable ending(Batch of, Runnable then) {
        return () -> {
            synchronized (this) {
                of.outstanding--;
                outstanding--;
            }
            then.run();
        };
    }

    private void finish(Batch of) {
        Runnable over;
        synchronized (this) {
            over = of.outstanding == 0 ? of.over : null;
            of.over = over == null ? of.over : null;
        }
        if (over != null) {
            over.run();
        }
    }

    /// Has something done on the session's thread.
    void post(Runnable event) {
        if (afterEach == null) {
            events.add(event);
            return;
        }
        synchronized (this) {
            event.run();
            afterEach.run();
            notifyAll();
        }
    }

    /// Takes the events that are there.
    void takeReady() {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
    }

    /// Takes events until all requests have ended.
    void awaitRequests() {
        takeUntil(this::isQuiet);
    }

    /// Waits for the end of all requests but so many, which cannot end; not for ever.
    synchronized void awaitAllBut(IntSupplier stuck) {
        boolean _ = await(() -> outstanding <= stuck.getAsInt());
    }

    /// @return false if the condition did not come to hold soon
    private synchronized boolean await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + MAX_SETTLING_NANOS;
        try {
            while (!condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The requests that are started from now on belong together, until {@link #endBatch}.
    synchronized void beginBatch() {
        batch = new Batch();
    }

    /// Has something done when the requests of the batch have ended: by the caller if that is soon,
    /// else by who ends the last one.
    void endBatch(Runnable over) {
        synchronized (this) {
            Batch ended = batch;
            batch = new Batch();
            if (!await(() -> ended.outstanding == 0)) {
                ended.over = over;
                return;
            }
        }
        over.run();
    }

    private synchronized boolean isQuiet() {
        return outstanding == 0;
    }

    /// Takes events until a condition holds that they bring about.
    void takeUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            try {
                if (afterEach == null) {
                    events.take().run();
                } else {
                    awaitPost(condition);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private synchronized void awaitPost(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            wait();
        }
    }

    /// Takes events for a time.
    void takeFor(long nanos) {
        long start = System.nanoTime();
        long left = nanos;
        while (left > 0) {
            try {
                Runnable event = events.poll(left, TimeUnit.NANOSECONDS);
                if (event != null) {
                    event.run();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            left = nanos - (System.nanoTime() - start);
        }
        takeReady();
    }
}
