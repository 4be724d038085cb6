package io.cairn.format.crypto;

import org.jspecify.annotations.Nullable;

/// A block cipher with the length of its key, by the name that options give it (QMP reference
/// manual, "QCryptoCipherAlgorithm").
public enum CipherAlgorithm {
    AES_128("aes-128", "aes", 16, 16),
    AES_192("aes-192", "aes", 24, 16),
    AES_256("aes-256", "aes", 32, 16),
    DES("des", "des", 8, 8),
    TRIPLE_DES("3des", "des3_ede", 24, 8),
    CAST5_128("cast5-128", "cast5", 16, 8),
    SERPENT_128("serpent-128", "serpent", 16, 16),
    SERPENT_192("serpent-192", "serpent", 24, 16),
    SERPENT_256("serpent-256", "serpent", 32, 16),
    TWOFISH_128("twofish-128", "twofish", 16, 16),
    TWOFISH_192("twofish-192", "twofish", 24, 16),
    TWOFISH_256("twofish-256", "twofish", 32, 16),
    SM4("sm4", "sm4", 16, 16);

    private final String label;
    private final String luksName;
    private final int keyLength;
    private final int blockSize;

    CipherAlgorithm(String label, String luksName, int keyLength, int blockSize) {
        this.label = label;
        this.luksName = luksName;
        this.keyLength = keyLength;
        this.blockSize = blockSize;
    }

    /// The cipher that options call so, or null.
    public static @Nullable CipherAlgorithm of(String label) {
        for (CipherAlgorithm cipher : values()) {
            if (cipher.label.equals(label)) {
                return cipher;
            }
        }
        return null;
    }

    /// The cipher that a LUKS header calls so, with keys of a length; null if there is none.
    public static @Nullable CipherAlgorithm ofLuks(String luksName, int keyLength) {
        for (CipherAlgorithm cipher : values()) {
            if (cipher.luksName.equals(luksName) && cipher.keyLength == keyLength) {
                return cipher;
            }
        }
        return null;
    }

    /// The name in options.
    public String label() {
        return label;
    }

    /// The name in LUKS headers, which leave the key's length to another field.
    public String luksName() {
        return luksName;
    }

    /// The bytes of a key.
    public int keyLength() {
        return keyLength;
    }

    /// The bytes of a block.
    public int blockSize() {
        return blockSize;
    }

    /// Whether this is AES.
    boolean isAes() {
        return this == AES_128 || this == AES_192 || this == AES_256;
    }

    /// The cipher under a key, for one thread.
    BlockEngine engine(boolean encrypts, byte[] key) {
        return switch (this) {
            case AES_128, AES_192, AES_256 -> new AesEngine(encrypts, key);
            case DES,
                    TRIPLE_DES,
                    CAST5_128,
                    SERPENT_128,
                    SERPENT_192,
                    SERPENT_256,
                    TWOFISH_128,
                    TWOFISH_192,
                    TWOFISH_256,
                    SM4 ->
                    BouncyEngine.of(this, encrypts, key);
        };
    }
}
