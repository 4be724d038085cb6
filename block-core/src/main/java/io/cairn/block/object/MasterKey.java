package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;

import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A secret that others are encrypted with: AES-256 in CBC mode, padded as by PKCS #7 (QEMU manual,
/// "secret").
final class MasterKey {
    private static final int KEY_LENGTH = 32;
    private static final int BLOCK = 16;

    private MasterKey() {}

    /// Decrypts a secret.
    ///
    /// @param key the master key, which is wiped
    static byte[] decrypt(byte[] key, byte[] iv, byte[] encrypted) throws InvalidOptionException {
        try {
            return decryptWith(key, iv, encrypted);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] decryptWith(byte[] key, byte[] iv, byte[] encrypted)
            throws InvalidOptionException {
        if (key.length != KEY_LENGTH) {
            throw new InvalidOptionException("Key should be 32 bytes in length");
        }
        if (iv.length != BLOCK) {
            throw new InvalidOptionException("IV should be 16 bytes in length not " + iv.length);
        }
        if (encrypted.length % BLOCK != 0) {
            throw new InvalidOptionException(
                    "Length " + encrypted.length + " must be a multiple of block size 16");
        }
        byte[] padded;
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            padded = cipher.doFinal(encrypted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        try {
            return withoutPadding(padded);
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    private static byte[] withoutPadding(byte[] padded) throws InvalidOptionException {
        if (padded.length == 0) {
            return new byte[0];
        }
        int padding = padded[padded.length - 1] & 0xff;
        if (padding > BLOCK || padding > padded.length) {
            throw new InvalidOptionException(
                    "Incorrect number of padding bytes (" + padding + ") found on decrypted data");
        }
        return Arrays.copyOf(padded, padded.length - padding);
    }
}
