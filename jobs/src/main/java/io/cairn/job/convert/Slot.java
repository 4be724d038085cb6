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
    private final SalvageReader reader;
    private final Offload offload;

    /// The batch in the slot.
    private @Nullable Batch batch;

    /// True if the batch's data is in the buffer, false if it may be copied inside the host.
    private boolean isRead;

    /// Why that could not be read.
    private @Nullable BlockException unreadable;

    /// @param writer this slot's own
    /// @param buffer holds the data of a batch
    Slot(RangeWriter writer, ByteBuffer buffer, SalvageReader reader, Offload offload) {
        this.writer = writer;
        this.buffer = buffer;
        this.reader = reader;
        this.offload = offload;
    }

    /// The number of the batch in the slot.
    long number() {
        return batch().number();
    }

    /// Takes a batch, and reads it and prepares it for being written unless it may be copied. A
    /// failure is kept until it is the batch's turn to be written, so that all before it is in the
    /// target by then.
    void read(Batch next) {
        batch = next;
        unreadable = null;
        isRead = !offload.isWorthATry();
        try {
            for (Range range : next.ranges()) {
                if (isRead && range.kind() == Range.Kind.DATA) {
                    read(range, index(next, range));
                }
            }
        } catch (BlockException e) {
            unreadable = e;
        }
    }

    private void read(Range range, int index) throws BlockException {
        reader.read(range.offset(), buffer.slice(index, (int) range.length()));
        writer.prepare(range, buffer, index);
    }

    /// Writes or copies the batch.
    void write(JobControl control) throws BlockException {
        if (unreadable != null) {
            throw unreadable;
        }
        Batch taken = batch();
        for (Range range : taken.ranges()) {
            move(range, index(taken, range));
            if (range.kind() == Range.Kind.DATA) {
                control.advance(range.length());
            }
        }
    }

    private void move(Range range, int index) throws BlockException {
        if (!isRead && range.kind() == Range.Kind.DATA) {
            if (offload.copy(range)) {
                return;
            }
            read(range, index);
        }
        writer.write(range, buffer, index);
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
