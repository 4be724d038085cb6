package io.cairn.job.rebase;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.spi.BackingReference;
import io.cairn.job.Failures;
import io.cairn.job.JobControl;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Gives an overlay another backing file without changing what its guest sees.
///
/// First what the old and the new backing file do not have in common is copied into the overlay,
/// for the ranges that it does not hold itself; then the new name is put into its header. Until
/// that the old backing file stays in place, so a failure leaves the image as its guest knows it.
///
/// The overlay may stand below filters: what is written passes them, what is there already is read
/// behind them.
public final class Rebase {
    private static final int STEP = 2 << 20;
    private static final int SECTOR = 512;

    private final BlockBackend overlay;
    private final @Nullable BlockBackend replacement;
    private final JobControl control;

    /// @param overlay a backend that may read and write
    /// @param replacement the new backing file, which may be a node of the overlay's own chain;
    ///   null for none
    public Rebase(BlockBackend overlay, @Nullable BlockBackend replacement, JobControl control) {
        this.overlay = overlay;
        this.replacement = replacement;
        this.control = control;
    }

    /// Copies what the overlay will need. The control counts the overlay's bytes.
    public void copy() throws BlockException {
        long length = overlay.length();
        control.addTotal(length);
        BlockNode image = overlay.node().unfiltered();
        try (BlockBackend present =
                        overlay.graph()
                                .newBackend(
                                        "",
                                        image,
                                        Permissions.of(Permission.CONSISTENT_READ),
                                        Permissions.ALL);
                PooledBuffer oldBuffer = BufferPool.shared().acquire(STEP);
                PooledBuffer newBuffer = BufferPool.shared().acquire(STEP)) {
            for (long offset = 0; offset < length; ) {
                control.checkpoint();
                long n = unchanged(present, offset, length - offset);
                if (n == 0) {
                    n = Math.min(STEP, visible(present, offset, length - offset));
                    ByteBuffer before = Buffers.slice(oldBuffer.buffer(), 0, (int) n);
                    ByteBuffer after = Buffers.slice(newBuffer.buffer(), 0, (int) n);
                    readOld(present, offset, before);
                    readNew(offset, after);
                    copyDifferences(offset, before, after);
                }
                offset += n;
                control.advance(n);
            }
        }
        overlay.flush();
    }

    /// Puts a backing file's name into the header of an image.
    ///
    /// @param reference null for no backing file
    public static void change(BlockBackend image, @Nullable BackingReference reference)
            throws BlockException {
        try {
            if (reference != null && reference.format() == null) {
                throw new InvalidOptionException("backing format must be specified");
            }
            image.changeBackingReference(reference);
            image.flush();
        } catch (BlockException e) {
            throw e.prefixed(
                    "Could not change the backing file to '"
                            + (reference == null ? "" : reference.filename())
                            + "'");
        }
    }

    /// The length from an offset on for which the guest sees the same whichever backing file there
    /// is, because the overlay holds it, or what stands between it and the new backing file does
    /// not.
    private long unchanged(BlockBackend present, long offset, long length) throws BlockException {
        BlockStatus own = present.status(offset, length, false);
        if (own.allocated()) {
            return own.length();
        }
        ChildEdge backing = present.node().backing();
        BlockNode base = replacement == null ? null : replacement.node();
        if (backing == null || base == null || !ChainStatus.isInChain(present.node(), base)) {
            return 0;
        }
        if (backing.node() == base) {
            return own.length();
        }
        if (offset >= backing.length()) {
            return 0;
        }
        ChainStatus between = ChainStatus.above(backing.node(), base, offset, own.length(), false);
        return between.status().allocated() ? 0 : between.status().length();
    }

    /// The length from an offset on for which the overlay holds nothing, at least 1.
    private static long visible(BlockBackend present, long offset, long length)
            throws BlockException {
        return present.status(offset, Math.min(length, STEP), false).length();
    }

    private static void readOld(BlockBackend present, long offset, ByteBuffer dst)
            throws BlockException {
        try {
            present.read(offset, dst);
        } catch (BlockException e) {
            throw failure("error while reading from old backing file", e);
        }
    }

    /// Reads the new backing file; beyond its end there are zeroes.
    private void readNew(long offset, ByteBuffer dst) throws BlockException {
        long inside = replacement == null ? 0 : replacement.length() - offset;
        int n = Math.clamp(inside, 0, dst.remaining());
        Buffers.zero(Buffers.slice(dst, n, dst.remaining() - n));
        if (n == 0 || replacement == null) {
            return;
        }
        try {
            replacement.read(offset, Buffers.slice(dst, 0, n));
        } catch (BlockException e) {
            throw failure("error while reading from new backing file", e);
        }
    }

    private static BlockException failure(String text, BlockException cause) {
        BlockException failure = new BlockException(cause.errno(), text);
        failure.initCause(cause);
        return failure.withDetail(cause.getMessage());
    }

    private void copyDifferences(long offset, ByteBuffer before, ByteBuffer after)
            throws BlockException {
        int length = before.remaining();
        for (int position = 0; position < length; ) {
            int same =
                    before.slice(position, length - position)
                            .mismatch(after.slice(position, length - position));
            if (same < 0) {
                return;
            }
            int start = (position + same) / SECTOR * SECTOR;
            int end = start;
            while (end < length && differs(before, after, end, Math.min(SECTOR, length - end))) {
                end = Math.min(length, end + SECTOR);
            }
            write(offset + start, before.slice(start, end - start));
            position = end;
        }
    }

    private static boolean differs(ByteBuffer before, ByteBuffer after, int index, int n) {
        return before.slice(index, n).mismatch(after.slice(index, n)) >= 0;
    }

    private void write(long offset, ByteBuffer data) throws BlockException {
        try {
            if (Bytes.isZero(data)) {
                overlay.writeZeroes(offset, data.remaining(), WriteFlags.NONE);
            } else {
                overlay.write(offset, data, WriteFlags.NONE);
            }
        } catch (BlockException e) {
            throw Failures.during("Error while writing to COW image", e);
        }
    }
}
