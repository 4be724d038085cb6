package io.cairn.job.compare;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

/// Deals out the parts of a range that have to be read, in ascending order.
final class Pieces {
    private static final int MAX_PIECE = 2 << 20;

    private final CompareImage first;
    private final @Nullable CompareImage second;
    private final boolean strict;
    private final Findings findings;
    private final JobControl control;
    private final long end;

    // Guarded by `this`.
    private long offset;
    private Known knownFirst = Known.NOTHING;
    private Known knownSecond = Known.NOTHING;

    /// The status of an image up to an offset.
    private record Known(@Nullable BlockStatus status, long end) {
        static final Known NOTHING = new Known(null, 0);

        boolean readsAsZero() {
            return status == null || status.zero();
        }

        boolean isLike(Known other) {
            BlockStatus a = status;
            BlockStatus b = other.status;
            return a != null
                    && b != null
                    && a.allocated() == b.allocated()
                    && a.data() == b.data()
                    && a.zero() == b.zero()
                    && a.hasHostOffset() == b.hasHostOffset()
                    && a.eof() == b.eof();
        }
    }

    /// Pieces of what both images have.
    ///
    /// @param strict what the images know of a range counts too
    static Pieces ofBoth(
            CompareImage first,
            CompareImage second,
            boolean strict,
            Findings findings,
            JobControl control) {
        long end = Math.min(first.length(), second.length());
        return new Pieces(first, second, strict, findings, control, 0, end);
    }

    /// Pieces of what an image has beyond another one's end.
    static Pieces ofRest(CompareImage image, long start, Findings findings, JobControl control) {
        return new Pieces(image, null, false, findings, control, start, image.length());
    }

    private Pieces(
            CompareImage first,
            @Nullable CompareImage second,
            boolean strict,
            Findings findings,
            JobControl control,
            long offset,
            long end) {
        this.first = first;
        this.second = second;
        this.strict = strict;
        this.findings = findings;
        this.control = control;
        this.offset = offset;
        this.end = end;
    }

    /// The next piece, or null if nothing is left or the result is known.
    synchronized @Nullable Piece next() {
        while (offset < end && findings.isEmpty()) {
            try {
                knownFirst = look(first, knownFirst);
                knownSecond = second == null ? new Known(null, end) : look(second, knownSecond);
            } catch (BlockException e) {
                findings.add(offset, new CompareResult.StatusUnknown(e));
                return null;
            }
            if (strict && !knownFirst.isLike(knownSecond)) {
                findings.add(offset, new CompareResult.StatusMismatch(offset));
                return null;
            }
            long start = offset;
            long length = Math.min(knownFirst.end(), knownSecond.end()) - start;
            if (knownFirst.readsAsZero() && knownSecond.readsAsZero()) {
                offset = start + length;
                control.advance(length);
                continue;
            }
            int n = (int) Math.min(length, MAX_PIECE);
            offset = start + n;
            return new Piece(
                    start,
                    n,
                    knownFirst.readsAsZero() ? null : first,
                    knownSecond.readsAsZero() ? null : second);
        }
        return null;
    }

    private Known look(CompareImage image, Known known) throws BlockException {
        if (offset < known.end()) {
            return known;
        }
        BlockStatus status = image.status(offset, end - offset);
        return new Known(status, offset + status.length());
    }
}
