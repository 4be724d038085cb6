package io.cairn.job.scheduler;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;

/// Threads that copy pieces of a disk; what fails comes back to the job's own thread, which decides
/// about it.
///
/// The job's progress is the part of the disk before the first piece that is not done, as if one
/// piece were copied after the other: when one has failed, the progress tells where.
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
    private final LongConsumer progress;
    private final InOrder done = new InOrder();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

    /// @param name begins the threads' names
    /// @param size how many pieces are copied at once
    /// @param progress takes the number of bytes by which the job has come further
    public PieceCrew(String name, int size, Copier copier, LongConsumer progress) {
        this.crew = new Crew(name, size);
        this.copier = copier;
        this.progress = progress;
    }

    /// Has a piece copied, when a thread is free for it.
    public void submit(Piece piece) {
        crew.submit(() -> {
            Failure failure = copier.copy(piece);
            if (failure == null) {
                skip(piece.offset(), piece.length());
            } else {
                failures.add(failure);
            }
        });
    }

    /// Counts a part of the disk as done that needs no copying, or is given up.
    public void skip(long offset, long length) {
        progress.accept(done.done(offset, length));
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
