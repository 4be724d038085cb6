package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// A run-time dirty bitmap: which granules of a node were written since the bitmap was made or
/// cleared.
///
/// Thread-safe. Offsets and lengths are bytes of the node.
public final class DirtyBitmap {
    /// A dirty range.
    ///
    /// @param offset first byte, a multiple of the granularity
    /// @param length bytes; may reach beyond the asked range only up to the node's end
    public record Range(long offset, long length) {}

    private final @Nullable String name;
    private final int granularityBits;

    // All guarded by this.
    private long[] words;
    private long length;
    private long dirtyGranules;
    private boolean recording = true;
    private boolean busy;
    private boolean persistent;
    private boolean inconsistent;

    /// Takes the writes while a job uses the bitmap.
    private @Nullable DirtyBitmap successor;

    /// @param name the name in the node, or null for a bitmap that only its maker knows
    /// @param granularity bytes a bit stands for; a power of two, at least 512
    DirtyBitmap(@Nullable String name, long granularity, long length) {
        if (granularity < 512 || Long.bitCount(granularity) != 1) {
            throw new IllegalArgumentException("granularity " + granularity);
        }
        this.name = name;
        this.granularityBits = Long.numberOfTrailingZeros(granularity);
        this.length = length;
        this.words = new long[wordCount(length)];
    }

    private int wordCount(long bytes) {
        long granules = granules(bytes);
        return Math.toIntExact((granules + 63) >>> 6);
    }

    private long granules(long bytes) {
        return (bytes + granularity() - 1) >>> granularityBits;
    }

    /// The bitmap's name, or null.
    public @Nullable String name() {
        return name;
    }

    /// Bytes that one bit stands for.
    public long granularity() {
        return 1L << granularityBits;
    }

    /// Bytes in dirty granules; the last granule counts whole.
    public synchronized long count() {
        return dirtyGranules << granularityBits;
    }

    /// True if guest writes are recorded.
    public synchronized boolean isRecording() {
        return recording;
    }

    /// Starts or stops recording of guest writes.
    public synchronized void setRecording(boolean on) {
        recording = on;
    }

    /// True while a job or an export uses the bitmap; it can then be neither changed nor removed by
    /// a user.
    public synchronized boolean isBusy() {
        return busy;
    }

    /// Marks the bitmap as used.
    public synchronized void setBusy(boolean on) {
        busy = on;
    }

    /// True if the image is to store the bitmap.
    public synchronized boolean isPersistent() {
        return persistent;
    }

    /// Has the image store the bitmap when it is closed.
    public synchronized void setPersistent(boolean on) {
        persistent = on;
    }

    /// True if the bitmap was not saved cleanly: it can only be removed.
    public synchronized boolean isInconsistent() {
        return inconsistent;
    }

    /// Marks the bitmap as not saved cleanly; it stops recording.
    public synchronized void setInconsistent() {
        inconsistent = true;
        recording = false;
    }

    /// Called for every guest write.
    synchronized void written(long offset, long bytes) {
        DirtyBitmap next = successor;
        if (recording && next != null) {
            next.set(offset, bytes);
        } else if (recording) {
            set(offset, bytes);
        }
    }

    /// Keeps what is dirty as it is from now on and marks the bitmap as used; new writes are noted
    /// aside until {@link #endUse}.
    public synchronized void beginUse() {
        successor = new DirtyBitmap(null, granularity(), length);
        busy = true;
    }

    /// Takes the writes since {@link #beginUse}; empty if the bitmap is not in use so.
    public synchronized Optional<DirtyBitmap> successor() {
        return Optional.ofNullable(successor);
    }

    /// Ends {@link #beginUse}.
    ///
    /// @param isDone what was dirty before is so no more; only what was written since is
    public synchronized void endUse(boolean isDone) {
        DirtyBitmap since = successor;
        successor = null;
        busy = false;
        if (isDone) {
            clear();
        }
        if (since != null) {
            merge(since);
        }
    }

    /// Makes the granules that a range touches dirty.
    public synchronized void set(long offset, long bytes) {
        if (bytes <= 0 || offset >= length) {
            return;
        }
        long last = granules(Math.min(length, offset + bytes)) - 1;
        for (long g = offset >>> granularityBits; g <= last; g++) {
            int w = (int) (g >>> 6);
            if ((g & 63) == 0 && last - g >= 63) {
                dirtyGranules += 64 - Long.bitCount(words[w]);
                words[w] = -1L;
                g += 63;
            } else if ((words[w] & (1L << g)) == 0) {
                words[w] |= 1L << g;
                dirtyGranules++;
            }
        }
    }

    /// Makes the granules that lie within a range clean.
    public synchronized void reset(long offset, long bytes) {
        long end =
                offset + bytes >= length ? granules(length) : (offset + bytes) >>> granularityBits;
        for (long g = granules(offset); g < end; g++) {
            int w = (int) (g >>> 6);
            if ((words[w] & (1L << g)) != 0) {
                words[w] &= ~(1L << g);
                dirtyGranules--;
            }
        }
    }

    /// Makes everything clean.
    public synchronized void clear() {
        Arrays.fill(words, 0);
        dirtyGranules = 0;
    }

    /// True if the granule of the offset is dirty.
    public synchronized boolean isDirty(long offset) {
        long g = offset >>> granularityBits;
        return offset < length && (words[(int) (g >>> 6)] & (1L << g)) != 0;
    }

    /// The first dirty range at or after an offset, at most `maxLength` bytes long; null if there
    /// is none before `end`.
    public synchronized @Nullable Range nextDirty(long offset, long end, long maxLength) {
        long limit = granules(Math.min(end, length));
        long first = next(offset >>> granularityBits, limit, true);
        if (first >= limit) {
            return null;
        }
        long stop = next(first, limit, false);
        long from = Math.max(offset, first << granularityBits);
        long to = Math.min(Math.min(end, length), stop << granularityBits);
        return new Range(from, Math.min(maxLength, to - from));
    }

    private long next(long from, long limit, boolean dirty) {
        long g = from;
        while (g < limit) {
            long word = dirty ? words[(int) (g >>> 6)] : ~words[(int) (g >>> 6)];
            word &= -1L << g;
            if (word != 0) {
                return Math.min(limit, (g & ~63L) + Long.numberOfTrailingZeros(word));
            }
            g = (g & ~63L) + 64;
        }
        return limit;
    }

    /// Adds another bitmap's dirty ranges to this one.
    public void merge(DirtyBitmap source) {
        long end = source.length();
        long position = 0;
        for (Range r = source.nextDirty(position, end, Long.MAX_VALUE);
                r != null;
                r = source.nextDirty(position, end, Long.MAX_VALUE)) {
            set(r.offset(), r.length());
            position = r.offset() + r.length();
        }
    }

    /// A bitmap with the same dirty ranges that records nothing.
    public synchronized DirtyBitmap copy() {
        DirtyBitmap copy = new DirtyBitmap(null, granularity(), length);
        copy.words = words.clone();
        copy.dirtyGranules = dirtyGranules;
        return copy;
    }

    /// Makes the dirty ranges those of a {@link #copy} of this bitmap.
    public void restore(DirtyBitmap copy) {
        DirtyBitmap ranges = copy.copy();
        synchronized (this) {
            words = ranges.words;
            dirtyGranules = ranges.dirtyGranules;
        }
    }

    /// The bits, one a granule, in words of 64 from the lowest bit up, little-endian.
    public synchronized byte[] bits() {
        ByteBuffer bits =
                ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bits.asLongBuffer().put(words);
        return bits.array();
    }

    /// The length of the node that the bitmap covers.
    public synchronized long length() {
        return length;
    }

    /// The node's length has changed; new bytes are clean.
    synchronized void resize(long bytes) {
        DirtyBitmap next = successor;
        if (next != null) {
            next.resize(bytes);
        }
        if (bytes < length) {
            words = Arrays.copyOf(words, wordCount(bytes));
            long tail = granules(bytes) & 63;
            if (tail != 0) {
                words[words.length - 1] &= (1L << tail) - 1;
            }
            dirtyGranules = 0;
            for (long word : words) {
                dirtyGranules += Long.bitCount(word);
            }
        } else {
            words = Arrays.copyOf(words, wordCount(bytes));
        }
        length = bytes;
    }

    /// Throws `EBUSY` or `EINVAL` in the manual's words if a user may not change the bitmap now.
    public synchronized void requireUsable() throws BlockException {
        if (busy) {
            throw new BlockException(
                    Errno.EBUSY,
                    "Bitmap '"
                            + name
                            + "' is currently in use by another operation and cannot be used");
        }
        if (inconsistent) {
            throw new BlockException(
                            Errno.EINVAL,
                            "Bitmap '" + name + "' is inconsistent and cannot be used")
                    .withHint("Try block-dirty-bitmap-remove to delete this bitmap from disk");
        }
    }
}
