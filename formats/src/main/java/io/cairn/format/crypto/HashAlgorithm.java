package io.cairn.format.crypto;

import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A hash, by the name that LUKS headers and options give it.
public enum HashAlgorithm {
    MD5("md5", "MD5", 16, 64),
    SHA1("sha1", "SHA-1", 20, 64),
    SHA224("sha224", "SHA-224", 28, 64),
    SHA256("sha256", "SHA-256", 32, 64),
    SHA384("sha384", "SHA-384", 48, 128),
    SHA512("sha512", "SHA-512", 64, 128),
    RIPEMD160("ripemd160", "", 20, 64),
    WHIRLPOOL("whirlpool", "", 64, 64);

    private final String label;
    private final String jcaName;
    private final int length;
    private final int blockLength;

    HashAlgorithm(String label, String jcaName, int length, int blockLength) {
        this.label = label;
        this.jcaName = jcaName;
        this.length = length;
        this.blockLength = blockLength;
    }

    /// The hash of that name, or null.
    public static @Nullable HashAlgorithm of(String label) {
        for (HashAlgorithm hash : values()) {
            if (hash.label.equals(label)) {
                return hash;
            }
        }
        return null;
    }

    /// The name in headers and options.
    public String label() {
        return label;
    }

    /// The bytes of a digest.
    public int length() {
        return length;
    }

    /// The bytes that the hash takes at a time, which is what HMAC pads keys to.
    int blockLength() {
        return blockLength;
    }

    /// A new digest, which can be cloned.
    public MessageDigest digest() {
        return switch (this) {
            case RIPEMD160 -> BouncyDigest.ripemd160();
            case WHIRLPOOL -> BouncyDigest.whirlpool();
            case MD5, SHA1, SHA224, SHA256, SHA384, SHA512 -> {
                try {
                    yield MessageDigest.getInstance(jcaName);
                } catch (NoSuchAlgorithmException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }
}
