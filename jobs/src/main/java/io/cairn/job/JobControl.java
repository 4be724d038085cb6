package io.cairn.job;

import io.cairn.block.CancelledJobException;

import java.util.concurrent.atomic.AtomicLong;

/// What an operation and its owner share while it runs: how much there is to do, how much is done,
/// and whether to go on.
///
/// Thread-safe. The operation counts in a unit of its own, mostly bytes; the owner reads, listens
/// and may cancel from any thread. Cancelling takes effect at the operation's next checkpoint.
public final class JobControl {
    /// Hears of progress, on the threads of the operation, several of which may call at once.
    @FunctionalInterface
    public interface Listener {
        void progressed(long done, long total);
    }

    private final Listener listener;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong total = new AtomicLong();
    private volatile boolean cancelled;

    /// Control of an operation to which nobody listens.
    public JobControl() {
        this((_, _) -> {});
    }

    /// Control of an operation whose progress a listener hears.
    public JobControl(Listener listener) {
        this.listener = listener;
    }

    /// What has been done so far.
    public long done() {
        return done.get();
    }

    /// What there is to do as far as it is known.
    public long total() {
        return total.get();
    }

    /// Asks the operation to end with a {@link CancelledJobException}.
    public void cancel() {
        cancelled = true;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /// More to do has become known.
    public void addTotal(long amount) {
        total.addAndGet(amount);
    }

    /// More has been done.
    public void advance(long amount) {
        listener.progressed(done.addAndGet(amount), total.get());
    }

    /// The operation stands here, by one count of its own.
    public void report(long doneNow, long totalNow) {
        total.set(totalNow);
        done.set(doneNow);
        listener.progressed(doneNow, totalNow);
    }

    /// A place where the operation can end.
    ///
    /// @throws CancelledJobException if the owner has cancelled it
    public void checkpoint() throws CancelledJobException {
        if (cancelled) {
            throw new CancelledJobException("Operation cancelled");
        }
    }
}
