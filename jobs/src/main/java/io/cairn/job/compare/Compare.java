package io.cairn.job.compare;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

/// Compares what guests see in two images.
///
/// Images of different length are alike if the longer one has only zeroes beyond the shorter one's
/// end. A strict comparison also wants equal lengths, and the same knowledge of each range:
/// allocated or not, data or zeroes, stored in one place or not.
public final class Compare {
    private static final int MAX_WORKERS = 8;

    /// Hears that the images differ in length and what both have was found alike.
    @FunctionalInterface
    public interface SizeListener {
        void sizesDiffer();
    }

    private final CompareImage first;
    private final CompareImage second;
    private final boolean strict;
    private final JobControl control;
    private final SizeListener sizeListener;
    private final Findings findings = new Findings();

    public Compare(
            CompareImage first,
            CompareImage second,
            boolean strict,
            JobControl control,
            SizeListener sizeListener) {
        this.first = first;
        this.second = second;
        this.strict = strict;
        this.control = control;
        this.sizeListener = sizeListener;
    }

    /// Compares. The control counts the longer image's bytes.
    ///
    /// @throws BlockException if the comparison was cancelled or lacks memory; failures of the
    ///   images are results
    public CompareResult run() throws BlockException {
        long common = Math.min(first.length(), second.length());
        CompareImage longer = first.length() > common ? first : second;
        if (strict && longer.length() > common) {
            return new CompareResult.SizeMismatch();
        }
        control.addTotal(longer.length());
        compare(Pieces.ofBoth(first, second, strict, findings, control));
        if (findings.isEmpty() && longer.length() > common) {
            sizeListener.sizesDiffer();
            compare(Pieces.ofRest(longer, common, findings, control));
        }
        return findings.result();
    }

    private void compare(Pieces pieces) throws BlockException {
        Piece piece = pieces.next();
        if (piece == null) {
            return;
        }
        try (Workers workers = Workers.platform("job:compare")) {
            int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MAX_WORKERS);
            for (int i = 0; i < count; i++) {
                Piece start = i == 0 ? piece : null;
                workers.fork(() -> work(pieces, start, workers));
            }
            workers.join();
        }
    }

    private void work(Pieces pieces, @Nullable Piece start, Workers workers) throws BlockException {
        try (PieceReader reader = new PieceReader()) {
            Piece piece = start == null ? pieces.next() : start;
            while (piece != null && !workers.isStopping()) {
                control.checkpoint();
                compare(piece, reader);
                piece = pieces.next();
            }
        }
    }

    private void compare(Piece piece, PieceReader reader) {
        try {
            long difference = reader.firstDifference(piece);
            if (difference >= 0) {
                findings.add(difference, new CompareResult.ContentMismatch(difference));
            } else {
                control.advance(piece.length());
            }
        } catch (BlockException e) {
            findings.add(piece.offset(), new CompareResult.Unreadable(e));
        }
    }
}
