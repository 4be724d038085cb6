package io.cairn.format.qcow2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The entries of refcount blocks: 1 to 64 bits wide, big-endian; below a byte the first entry is
/// in the least significant bits.
final class RefcountCodec {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final int order;

    /// A codec for entries of `1 << order` bits.
    RefcountCodec(int order) {
        this.order = order;
    }

    /// The entry at an index, as unsigned for 64 bits.
    long get(byte[] block, int index) {
        return switch (order) {
            case 4 -> Short.toUnsignedLong((short) SHORT.get(block, index << 1));
            case 3 -> block[index] & 0xffL;
            case 5 -> Integer.toUnsignedLong((int) INT.get(block, index << 2));
            case 6 -> (long) LONG.get(block, index << 3);
            default -> {
                int perByteBits = 3 - order;
                int shift = (index & ((1 << perByteBits) - 1)) << order;
                yield (block[index >>> perByteBits] >>> shift) & ((1 << (1 << order)) - 1);
            }
        };
    }

    /// Sets the entry at an index to a value that fits.
    void set(byte[] block, int index, long value) {
        switch (order) {
            case 4 -> SHORT.set(block, index << 1, (short) value);
            case 3 -> block[index] = (byte) value;
            case 5 -> INT.set(block, index << 2, (int) value);
            case 6 -> LONG.set(block, index << 3, value);
            default -> {
                int perByteBits = 3 - order;
                int shift = (index & ((1 << perByteBits) - 1)) << order;
                int mask = ((1 << (1 << order)) - 1) << shift;
                int at = index >>> perByteBits;
                block[at] = (byte) ((block[at] & ~mask) | (((int) value << shift) & mask));
            }
        }
    }

    /// The index of the first byte of a block that the entry touches.
    int byteOf(int index) {
        return (int) ((long) index << order >>> 3);
    }
}
