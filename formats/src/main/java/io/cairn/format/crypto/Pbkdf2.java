package io.cairn.format.crypto;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongSupplier;

/// PBKDF2 with HMAC (RFC 8018, "PBKDF2").
public final class Pbkdf2 {
    /// The iterations of the first measurement.
    private static final int FIRST_ITERATIONS = 1 << 15;

    private static final long FEW_ITERATIONS = 1 << 17;

    /// A measurement that takes less says little.
    private static final long LEAST_NANOS = 100_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private Pbkdf2() {}

    /// Derives a key. If that takes long, its blocks, each as long as the hash, are computed at the
    /// same time.
    ///
    /// @param iterations at least 1, counted without a sign
    public static byte[] derive(
            HashAlgorithm hash, byte[] password, byte[] salt, long iterations, int keyLength)
            throws BlockException {
        int blocks = (keyLength + hash.length() - 1) / hash.length();
        byte[] key = new byte[keyLength];
        try (Workers workers = Workers.platform("pbkdf2")) {
            for (int i = ownBlocks(blocks, iterations); i < blocks; i++) {
                int index = i;
                workers.fork(() -> block(hash, password, salt, iterations, index, key));
            }
            for (int i = 0; i < ownBlocks(blocks, iterations); i++) {
                block(hash, password, salt, iterations, i, key);
            }
            workers.join();
        }
        return key;
    }

    /// How many blocks the calling thread computes: none if it is virtual, since it would hold its
    /// carrier, and all if they are done by the time that other threads' code is compiled.
    private static int ownBlocks(int blocks, long iterations) {
        if (Thread.currentThread().isVirtual()) {
            return 0;
        }
        return Long.compareUnsigned(iterations, FEW_ITERATIONS) < 0 ? blocks : 1;
    }

    private static void block(
            HashAlgorithm hash,
            byte[] password,
            byte[] salt,
            long iterations,
            int index,
            byte[] key) {
        Hmac hmac = new Hmac(hash, password);
        byte[] seed =
                ByteBuffer.allocate(salt.length + Integer.BYTES)
                        .put(salt)
                        .putInt(index + 1)
                        .array();
        byte[] u = new byte[hash.length()];
        hmac.compute(seed, u);
        byte[] sum = u.clone();
        for (long i = 1; i < iterations; i++) {
            hmac.step(u, sum);
        }
        int offset = index * hash.length();
        System.arraycopy(sum, 0, key, offset, Math.min(sum.length, key.length - offset));
        Arrays.fill(sum, (byte) 0);
        Arrays.fill(u, (byte) 0);
    }

    /// How many iterations take a second on this machine.
    ///
    /// @param clock tells nanoseconds
    public static long iterationsPerSecond(HashAlgorithm hash, int keyLength, LongSupplier clock)
            throws BlockException {
        byte[] password = {'p'};
        byte[] salt = new byte[32];
        // Measured more than once, since what is not compiled yet says nothing of what will be.
        for (long iterations = FIRST_ITERATIONS; ; iterations *= 2) {
            long start = clock.getAsLong();
            derive(hash, password, salt, iterations, keyLength);
            long nanos = Math.max(1, clock.getAsLong() - start);
            if (nanos >= LEAST_NANOS) {
                return (long) (iterations * NANOS_PER_SECOND / nanos);
            }
        }
    }
}
