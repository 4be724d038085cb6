package io.cairn.format.crypto;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/// HMAC (RFC 2104) under one key, made for very many short messages: the state that the padded key
/// leaves in the hash is kept, so that a message costs half of what it costs afresh. For one
/// thread.
final class Hmac {
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private final MessageDigest inner;
    private final MessageDigest outer;
    private final int length;

    Hmac(HashAlgorithm hash, byte[] key) {
        length = hash.length();
        byte[] short_ = key.length > hash.blockLength() ? hash.digest().digest(key) : key.clone();
        byte[] padded = Arrays.copyOf(short_, hash.blockLength());
        Arrays.fill(short_, (byte) 0);
        inner = keyed(hash, padded, INNER);
        outer = keyed(hash, padded, OUTER);
        Arrays.fill(padded, (byte) 0);
    }

    private static MessageDigest keyed(HashAlgorithm hash, byte[] padded, byte pad) {
        byte[] block = new byte[padded.length];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (padded[i] ^ pad);
        }
        MessageDigest digest = hash.digest();
        digest.update(block);
        Arrays.fill(block, (byte) 0);
        return digest;
    }

    /// Authenticates a message.
    ///
    /// @param code takes the result, the hash's length; may be the message
    void compute(byte[] message, byte[] code) {
        digest(inner, message, message.length, code);
        digest(outer, code, length, code);
    }

    /// Authenticates a code anew and adds the result to a sum: a step of PBKDF2.
    ///
    /// @param code a result of this, which becomes the next one
    /// @param sum takes the exclusive or of itself and the new code
    void step(byte[] code, byte[] sum) {
        compute(code, code);
        for (int i = 0; i < sum.length; i++) {
            sum[i] ^= code[i];
        }
    }

    private void digest(MessageDigest keyed, byte[] message, int count, byte[] code) {
        try {
            MessageDigest digest = (MessageDigest) keyed.clone();
            digest.update(message, 0, count);
            digest.digest(code, 0, length);
        } catch (CloneNotSupportedException | DigestException e) {
            throw new IllegalStateException(e);
        }
    }
}
