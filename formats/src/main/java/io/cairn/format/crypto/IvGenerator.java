package io.cairn.format.crypto;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Makes initialisation vectors of sectors' numbers, many at once. For one thread.
final class IvGenerator {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_HALF = 0xffff_ffffL;

    private final int ivLength;
    private final long mask;
    private final @Nullable BlockEngine cipher;
    private final byte[] plain;

    /// @param key the volume's key, of which ESSIV makes its own
    /// @param maxCount how many vectors are made at once
    IvGenerator(CipherSpec spec, byte[] key, int maxCount) {
        ivLength = spec.ivLength();
        mask = spec.iv() == IvAlgorithm.PLAIN ? LOW_HALF : -1L;
        HashAlgorithm hash = spec.ivHash();
        CipherAlgorithm essiv = spec.essivCipher();
        if (essiv != null && hash != null) {
            byte[] salt = hash.digest().digest(key);
            cipher = essiv.engine(true, salt);
            Arrays.fill(salt, (byte) 0);
        } else {
            cipher = null;
        }
        plain = new byte[cipher == null ? 0 : ivLength * maxCount];
    }

    /// Fills an array with the vectors of `count` numbers, `step` apart.
    void fill(long first, int step, int count, byte[] ivs) {
        byte[] into = cipher == null ? ivs : plain;
        for (int i = 0; i < count; i++) {
            LONG.set(into, i * ivLength, (first + (long) i * step) & mask);
            for (int j = Long.BYTES; j < ivLength; j += Long.BYTES) {
                LONG.set(into, i * ivLength + j, 0L);
            }
        }
        if (cipher != null) {
            cipher.apply(plain, 0, count * ivLength, ivs, 0);
        }
    }
}
