package io.cairn.format.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// XTS for whole sectors (IEEE 1619, "XTS-AES transform"): the tweaks of all blocks are computed
/// first, so that adding them and encrypting are each one pass over all data.
final class XtsMode implements ModeEngine {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 16;

    /// What the product's highest bit is reduced to.
    private static final long REDUCTION = 0x87;

    private final BlockEngine cipher;
    private final BlockEngine tweakCipher;
    private final int sectorSize;
    private final byte[] firstTweaks;
    private final byte[] tweaks;

    /// @param cipher by the first key, in the direction of the data
    /// @param tweakCipher by the second, always encrypting
    XtsMode(BlockEngine cipher, BlockEngine tweakCipher, int sectorSize, int maxSectors) {
        this.cipher = cipher;
        this.tweakCipher = tweakCipher;
        this.sectorSize = sectorSize;
        firstTweaks = new byte[maxSectors * BLOCK];
        tweaks = new byte[maxSectors * sectorSize];
    }

    @Override
    public void apply(byte[] in, int sectors, byte[] ivs, byte[] out) {
        int length = sectors * sectorSize;
        tweakCipher.apply(ivs, 0, sectors * BLOCK, firstTweaks, 0);
        for (int sector = 0; sector < sectors; sector++) {
            fillTweaks(sector);
        }
        xor(in, tweaks, length);
        cipher.apply(in, 0, length, out, 0);
        xor(out, tweaks, length);
    }

    private void fillTweaks(int sector) {
        long low = (long) LONG.get(firstTweaks, sector * BLOCK);
        long high = (long) LONG.get(firstTweaks, sector * BLOCK + Long.BYTES);
        int end = (sector + 1) * sectorSize;
        for (int at = sector * sectorSize; at < end; at += BLOCK) {
            LONG.set(tweaks, at, low);
            LONG.set(tweaks, at + Long.BYTES, high);
            long carry = (high >> 63) & REDUCTION;
            high = high << 1 | low >>> 63;
            low = low << 1 ^ carry;
        }
    }

    private static void xor(byte[] data, byte[] with, int length) {
        for (int i = 0; i < length; i++) {
            data[i] ^= with[i];
        }
    }
}
