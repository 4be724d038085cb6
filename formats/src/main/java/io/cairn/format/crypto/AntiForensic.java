package io.cairn.format.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/// The anti-forensic splitter: spreads a key over many stripes, of which none may be missing to get
/// it back (LUKS On-Disk Format Specification, "Anti-forensic splitting").
public final class AntiForensic {
    private AntiForensic() {}

    /// Splits a key.
    ///
    /// @return as many stripes of the key's length, one behind the other
    public static byte[] split(HashAlgorithm hash, byte[] key, int stripes, SecureRandom random) {
        int n = key.length;
        byte[] material = new byte[Math.multiplyExact(n, stripes)];
        random.nextBytes(material);
        byte[] sum = sum(hash, material, n, stripes);
        int last = material.length - n;
        for (int i = 0; i < n; i++) {
            material[last + i] = (byte) (sum[i] ^ key[i]);
        }
        Arrays.fill(sum, (byte) 0);
        return material;
    }

    /// Puts a key together.
    ///
    /// @param material stripes of the key's length
    public static byte[] merge(HashAlgorithm hash, byte[] material, int keyLength, int stripes) {
        byte[] key = sum(hash, material, keyLength, stripes);
        xor(key, material, keyLength * (stripes - 1));
        return key;
    }

    /// What all stripes but the last add up to, spread after each.
    private static byte[] sum(HashAlgorithm hash, byte[] material, int n, int stripes) {
        MessageDigest digest = hash.digest();
        byte[] sum = new byte[n];
        for (int i = 0; i < stripes - 1; i++) {
            xor(sum, material, i * n);
            diffuse(digest, hash.length(), sum);
        }
        return sum;
    }

    private static void xor(byte[] sum, byte[] material, int offset) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] ^= material[offset + i];
        }
    }

    /// Hashes a block piece by piece, each behind its number.
    private static void diffuse(MessageDigest digest, int digestLength, byte[] block) {
        byte[] number = new byte[Integer.BYTES];
        for (int at = 0, i = 0; at < block.length; at += digestLength, i++) {
            int length = Math.min(digestLength, block.length - at);
            digest.update(ByteBuffer.wrap(number).putInt(0, i).array());
            digest.update(block, at, length);
            System.arraycopy(digest.digest(), 0, block, at, length);
        }
    }
}
