package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.job.JobControl;
import io.cairn.job.RateLimit;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// One of the threads that convert: takes batch after batch until none is left.
final class ConvertWorker {
    /// What the workers of one conversion share.
    ///
    /// @param turnstile where batches wait for their turn to be written, null if any order will do
    record Shared(
            Batches batches,
            SalvageReader reader,
            @Nullable Turnstile turnstile,
            RateLimit rate,
            JobControl control) {}

    private final Shared shared;
    private final RangeWriter writer;
    private final ByteBuffer buffer;

    /// @param writer this worker's own
    /// @param buffer holds the data of a batch
    ConvertWorker(Shared shared, RangeWriter writer, ByteBuffer buffer) {
        this.shared = shared;
        this.writer = writer;
        this.buffer = buffer;
    }

    void run(Workers workers) throws BlockException {
        Batches batches = shared.batches();
        JobControl control = shared.control();
        Batch batch = batches.next();
        while (batch != null && !workers.isStopping()) {
            control.checkpoint();
            shared.rate().pass(dataBytes(batch), control);
            copy(batch);
            batch = batches.next();
        }
    }

    /// A batch that cannot be read waits for its turn too, so that all before it is in the target.
    private void copy(Batch batch) throws BlockException {
        Turnstile turnstile = shared.turnstile();
        BlockException unreadable = null;
        try {
            read(batch);
        } catch (BlockException e) {
            unreadable = e;
        }
        if (turnstile != null && !turnstile.await(batch.number())) {
            return;
        }
        if (unreadable != null) {
            throw unreadable;
        }
        for (Range range : batch.ranges()) {
            writer.write(range, buffer, index(batch, range));
            if (range.kind() == Range.Kind.DATA) {
                shared.control().advance(range.length());
            }
        }
        if (turnstile != null) {
            turnstile.pass();
        }
    }

    private void read(Batch batch) throws BlockException {
        for (Range range : batch.ranges()) {
            if (range.kind() == Range.Kind.DATA) {
                int index = index(batch, range);
                shared.reader().read(range.offset(), buffer.slice(index, (int) range.length()));
                writer.prepare(range, buffer, index);
            }
        }
    }

    /// Where a range's data is in the buffer; a range without data has no place there.
    private static int index(Batch batch, Range range) {
        return range.kind() == Range.Kind.DATA ? (int) (range.offset() - batch.start()) : 0;
    }

    private static long dataBytes(Batch batch) {
        long bytes = 0;
        for (Range range : batch.ranges()) {
            bytes += range.kind() == Range.Kind.DATA ? range.length() : 0;
        }
        return bytes;
    }
}
