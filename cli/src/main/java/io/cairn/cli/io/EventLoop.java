package io.cairn.cli.io;

import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final @Nullable Runnable afterEach;

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

    /// Starts a request.
    void start(String name, Request request) {
        synchronized (this) {
            outstanding++;
        }
        Workers.startVirtual(name, () -> post(ending(outcome(request))));
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

    private Runnable ending(Runnable then) {
        return () -> {
            synchronized (this) {
                outstanding--;
            }
            then.run();
        };
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
