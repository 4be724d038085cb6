package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.junit.jupiter.api.Test;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

class PieceCrewTest {
    @Test
    void progressStopsAtThePieceThatFailsUntilItIsCopied() {
        AtomicLong progress = new AtomicLong();
        AtomicBoolean isBroken = new AtomicBoolean(true);
        PieceCrew.Copier copier =
                piece ->
                        piece.offset() == 100 && isBroken.get()
                                ? new PieceCrew.Failure(
                                        piece, true, BlockException.of(Errno.EIO, "broken"))
                                : null;
        try (PieceCrew crew = new PieceCrew("test", 3, copier, progress::addAndGet)) {
            crew.submit(new PieceCrew.Piece(0, 100, false));
            crew.submit(new PieceCrew.Piece(100, 50, false));
            crew.skip(150, 30);
            crew.submit(new PieceCrew.Piece(180, 20, false));
            crew.awaitIdle();
            assertThat(progress).hasValue(100);

            isBroken.set(false);
            PieceCrew.Failure failure = Objects.requireNonNull(crew.nextFailure());
            crew.submit(failure.piece());
            crew.awaitIdle();
            assertThat(progress).hasValue(200);
        }
    }
}
