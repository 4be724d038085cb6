package io.cairn.job.scheduler;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Threads that copy pieces of a disk; what fails comes back to the job's own thread, which decides
/// about it.
public final class PieceCrew implements AutoCloseable {
    /// A part of a disk.
    ///
    /// @param isZero it is known to read as zeroes
    public record Piece(long offset, int length, boolean isZero) {}

    /// A piece that was not copied.
    ///
    /// @param isRead it could not be read; else it could not be written
    public record Failure(Piece piece, boolean isRead, BlockException error) {}

    /// Copies one piece.
    @FunctionalInterface
    public interface Copier {
        /// @return how it failed, or null
        @Nullable Failure copy(Piece piece);
    }

    private final Crew crew;
    private final Copier copier;
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

    /// @param name begins the threads' names
    /// @param size how many pieces are copied at once
    public PieceCrew(String name, int size, Copier copier) {
        this.crew = new Crew(name, size);
        this.copier = copier;
    }

    /// Has a piece copied, when a thread is free for it.
    public void submit(Piece piece) {
        crew.submit(() -> {
            Failure failure = copier.copy(piece);
            if (failure != null) {
                failures.add(failure);
            }
        });
    }

    /// Takes a failure that nobody has taken yet, or null.
    public @Nullable Failure nextFailure() {
        return failures.poll();
    }

    /// Waits until all pieces are copied or have failed.
    public void awaitIdle() {
        crew.awaitIdle();
    }

    /// True if all pieces are copied, and all failures taken.
    public boolean isDone() {
        return crew.isIdle() && failures.isEmpty();
    }

    @Override
    public void close() {
        crew.close();
    }
}
