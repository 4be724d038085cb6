package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// A buffer on its way from the source to the target, with the batch that is in it.
///
/// One thread at a time has a slot: the one that reads into it, then the one that writes from it.
final class Slot {
    private final RangeWriter writer;
    private final ByteBuffer buffer;

    /// The batch that was read last.
    private @Nullable Batch batch;

    /// Why that could not be read.
    private @Nullable BlockException unreadable;

    /// @param writer this slot's own
    /// @param buffer holds the data of a batch
    Slot(RangeWriter writer, ByteBuffer buffer) {
        this.writer = writer;
        this.buffer = buffer;
    }

    /// The number of the batch in the slot.
    long number() {
        return batch().number();
    }

    /// Reads a batch and prepares it for being written. A failure is kept until it is the batch's
    /// turn to be written, so that all before it is in the target by then.
    void read(Batch next, SalvageReader reader) {
        batch = next;
        unreadable = null;
        try {
            for (Range range : next.ranges()) {
                if (range.kind() == Range.Kind.DATA) {
                    int index = index(next, range);
                    reader.read(range.offset(), buffer.slice(index, (int) range.length()));
                    writer.prepare(range, buffer, index);
                }
            }
        } catch (BlockException e) {
            unreadable = e;
        }
    }

    /// Writes what was read.
    void write(JobControl control) throws BlockException {
        if (unreadable != null) {
            throw unreadable;
        }
        Batch read = batch();
        for (Range range : read.ranges()) {
            writer.write(range, buffer, index(read, range));
            if (range.kind() == Range.Kind.DATA) {
                control.advance(range.length());
            }
        }
    }

    private Batch batch() {
        if (batch == null) {
            throw new IllegalStateException("nothing was read into the slot");
        }
        return batch;
    }

    /// Where a range's data is in the buffer; a range without data has no place there.
    private static int index(Batch batch, Range range) {
        return range.kind() == Range.Kind.DATA ? (int) (range.offset() - batch.start()) : 0;
    }
}
