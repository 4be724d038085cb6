package io.cairn.block;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Requests that can be given up together: those of a job, on whichever thread they are made.
///
/// Who makes requests does so inside {@link #run}; threads that {@link Workers} start from there
/// belong to the scope too. Where a request waits for something that may never come (its turn under
/// a limit, a server that is away, a tester) it takes a {@link #watch}. Once the scope is cancelled
/// what waits is woken, and what comes does not wait. Nothing that is under way in the host or at a
/// server is given up. Requests outside every scope wait as long as it takes.
///
/// Thread-safe.
public final class CancelScope {
    private static final ScopedValue<CancelScope> CURRENT = ScopedValue.newInstance();

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private volatile boolean isCancelled;

    /// Work that is done inside a scope.
    ///
    /// @param <X> what it throws
    @FunctionalInterface
    public interface Body<X extends Exception> {
        void run() throws X;
    }

    /// Does work whose requests belong to this scope.
    public <X extends Exception> void run(Body<X> body) throws X {
        ScopedValue.where(CURRENT, this)
                .call(() -> {
                    body.run();
                    return this;
                });
    }

    /// The work, done inside the calling thread's scope wherever it runs.
    static Runnable carry(Runnable body) {
        CancelScope scope = CURRENT.isBound() ? CURRENT.get() : null;
        return scope == null ? body : () -> ScopedValue.where(CURRENT, scope).run(body);
    }

    /// Wakes what waits in this scope, and keeps all from waiting that comes later.
    public void cancel() {
        isCancelled = true;
        watches.forEach(watch -> watch.wake.run());
    }

    /// True once {@link #cancel} was called.
    public boolean isCancelled() {
        return isCancelled;
    }

    /// Says how to wake the calling thread's request when its scope is cancelled. The watch is
    /// taken before {@link Watch#isCancelled} is looked at, and closed after the wait.
    ///
    /// @param wake is called on the cancelling thread, perhaps more than once; must not block
    public static Watch watch(Runnable wake) {
        CancelScope scope = CURRENT.isBound() ? CURRENT.get() : null;
        Watch watch = new Watch(scope, wake);
        if (scope != null) {
            scope.watches.add(watch);
        }
        return watch;
    }

    /// A wait that the cancellation of its scope ends.
    public static final class Watch implements AutoCloseable {
        private final @Nullable CancelScope scope;
        private final Runnable wake;

        private Watch(@Nullable CancelScope scope, Runnable wake) {
            this.scope = scope;
            this.wake = wake;
        }

        /// True if the request is not to wait any more.
        public boolean isCancelled() {
            return scope != null && scope.isCancelled;
        }

        /// Throws if the request is not to wait any more.
        public void check() throws BlockException {
            if (isCancelled()) {
                throw new BlockException(Errno.ECANCELED, Errno.ECANCELED.text());
            }
        }

        @Override
        public void close() {
            if (scope != null) {
                scope.watches.remove(this);
            }
        }
    }
}
