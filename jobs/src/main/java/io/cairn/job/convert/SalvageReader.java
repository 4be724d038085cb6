package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.job.Failures;

import java.nio.ByteBuffer;

/// Reads the source; where it may, it puts zeroes in the place of sectors that cannot be read.
final class SalvageReader {
    private static final int SECTOR = 512;

    private final JoinedDisk source;
    private final boolean salvage;
    private final Warnings warnings;

    SalvageReader(JoinedDisk source, boolean salvage, Warnings warnings) {
        this.source = source;
        this.salvage = salvage;
        this.warnings = warnings;
    }

    void read(long offset, ByteBuffer dst) throws BlockException {
        try {
            source.read(offset, dst);
        } catch (BlockException e) {
            if (!salvage) {
                throw Failures.during("error while reading at byte " + offset, e);
            }
            salvage(offset, dst, e);
        }
    }

    /// Halves what cannot be read until single sectors are left.
    private void salvage(long offset, ByteBuffer dst, BlockException failure) {
        int length = dst.remaining();
        if (length <= SECTOR) {
            warnings.warn("error while reading offset " + offset + ": " + failure.errno().text());
            Buffers.zero(dst);
            return;
        }
        int half = Math.max(SECTOR, length / 2 / SECTOR * SECTOR);
        readPart(offset, Buffers.slice(dst, 0, half));
        readPart(offset + half, Buffers.slice(dst, half, length - half));
    }

    private void readPart(long offset, ByteBuffer part) {
        try {
            source.read(offset, part);
        } catch (BlockException e) {
            salvage(offset, part, e);
        }
    }
}
