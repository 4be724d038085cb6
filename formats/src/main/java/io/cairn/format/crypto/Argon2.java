package io.cairn.format.crypto;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.Workers;

/// Argon2 (RFC 9106), version 1.3.
///
/// @param isIdentity Argon2id rather than Argon2i
/// @param passes how often the memory is filled
/// @param memoryKiB how much memory is filled
/// @param lanes how many parts of it are filled at once
public record Argon2(boolean isIdentity, int passes, int memoryKiB, int lanes) {
    /// More work than this, in blocks of 1 KiB, is refused: what a header claims must not keep a
    /// process busy for hours.
    private static final long MAX_BLOCKS = 1L << 27;

    /// What one array holds in KiB.
    private static final long MAX_MEMORY = (1 << 24) - 1;

    private static final int MAX_LANES = 255;
    private static final int BLOCK = 1024;
    private static final byte[] NONE = {};

    /// Refuses what would take too long, or more memory than there is.
    ///
    /// @param what asks for it: `Keyslot 0`
    public void requireBounded(String what) throws BlockException {
        if (passes < 1 || lanes < 1 || lanes > MAX_LANES || memoryKiB < 8 * lanes) {
            throw new UnsupportedImageException(
                    Errno.EINVAL, what + " has parameters that argon2 does not take");
        }
        // The heap holds other things too, and an array no more than so many numbers.
        long most = Math.min(Runtime.getRuntime().maxMemory() / (BLOCK + BLOCK / 8), MAX_MEMORY);
        if (memoryKiB > most) {
            throw new UnsupportedImageException(
                    Errno.ENOMEM,
                    what
                            + " takes "
                            + memoryKiB
                            + " KiB of memory by argon2, more than the "
                            + most
                            + " KiB that there are");
        }
        if ((long) passes * memoryKiB > MAX_BLOCKS) {
            throw new UnsupportedImageException(
                    Errno.EINVAL,
                    what + " takes " + passes + " passes by argon2, which is too many");
        }
    }

    /// Derives a key.
    public byte[] derive(byte[] password, byte[] salt, int keyLength) throws BlockException {
        byte[] key = new byte[keyLength];
        if (!Thread.currentThread().isVirtual()) {
            fill(password, salt, NONE, NONE, key);
            return key;
        }
        // A carrier of virtual threads is not to be held that long.
        try (Workers workers = Workers.platform("argon2")) {
            workers.fork(() -> fill(password, salt, NONE, NONE, key));
            workers.join();
        }
        return key;
    }

    /// Derives a key with all that the standard knows.
    ///
    /// @param secret the standard's K, which LUKS leaves empty
    /// @param associated the standard's X, which LUKS leaves empty
    void fill(byte[] password, byte[] salt, byte[] secret, byte[] associated, byte[] key)
            throws BlockException {
        try {
            new Argon2Memory(this).derive(password, salt, secret, associated, key);
        } catch (OutOfMemoryError _) {
            throw new BlockException(
                    Errno.ENOMEM, "There is no memory for " + memoryKiB + " KiB of argon2");
        }
    }
}
