package io.cairn.block;

import java.nio.ByteBuffer;
import java.util.Objects;

/// Looks at and fills ranges of buffers, at the speed of memory.
///
/// Ranges are given by absolute index and length; positions and limits neither count nor move, but
/// an index must lie below the buffer's limit.
public final class Bytes {
    private static final int BLOCK = 64 << 10;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(BLOCK).asReadOnlyBuffer();

    private Bytes() {}

    /// Whether all bytes of a range are zero.
    public static boolean isZero(ByteBuffer buffer, int index, int length) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        // Data mostly differ from zero at once.
        boolean startsWithZero = length < Long.BYTES || buffer.getLong(index) == 0;
        return startsWithZero && firstNonZero(buffer, index, length) < 0;
    }

    /// Whether all bytes from position to limit are zero.
    public static boolean isZero(ByteBuffer buffer) {
        return isZero(buffer, buffer.position(), buffer.remaining());
    }

    /// The index of the first byte of a range that is not zero, or -1.
    public static int firstNonZero(ByteBuffer buffer, int index, int length) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        int done = 0;
        while (done < length) {
            int n = Math.min(BLOCK, length - done);
            int differs = buffer.slice(index + done, n).mismatch(ZEROES.slice(0, n));
            if (differs >= 0) {
                return index + done + differs;
            }
            done += n;
        }
        return -1;
    }

    /// The length of the run of blocks, from `index` on, that are all zero or all not; a block is
    /// `unit` bytes, the last of a range may be shorter.
    ///
    /// Whether the run is zero, {@link #isZero(ByteBuffer, int, int)} of its first block tells.
    public static int run(ByteBuffer buffer, int index, int length, int unit) {
        int first = Math.min(unit, length);
        boolean isZero = isZero(buffer, index, first);
        int run = first;
        while (run < length) {
            int n = Math.min(unit, length - run);
            if (isZero(buffer, index + run, n) != isZero) {
                break;
            }
            run += n;
        }
        return run;
    }

    /// Sets a range to zeroes.
    public static void zero(ByteBuffer buffer, int index, int length) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        int done = 0;
        while (done < length) {
            int n = Math.min(BLOCK, length - done);
            buffer.put(index + done, ZEROES, 0, n);
            done += n;
        }
    }

    /// Sets all bytes of a range to one value.
    public static void fill(ByteBuffer buffer, int index, int length, byte value) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        int done = Math.min(length, 64);
        for (int i = 0; i < done; i++) {
            buffer.put(index + i, value);
        }
        while (done < length) {
            int n = Math.min(done, length - done);
            buffer.put(index + done, buffer, index, n);
            done += n;
        }
    }

    /// Whether all bytes of a range have one value.
    public static boolean isFilled(ByteBuffer buffer, int index, int length, byte value) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        if (length == 0) {
            return true;
        }
        ByteBuffer shifted = buffer.slice(index + 1, length - 1);
        return buffer.get(index) == value && buffer.slice(index, length - 1).mismatch(shifted) < 0;
    }
}
