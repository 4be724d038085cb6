package io.cairn.format.crypto;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;

import org.jspecify.annotations.Nullable;

/// How sectors are encrypted: cipher, mode, and what makes the vectors.
///
/// @param iv what makes the vectors, null for a mode that uses none and names none
/// @param ivHash the hash that ESSIV is given, null if none was
public record CipherSpec(
        CipherAlgorithm cipher,
        CipherMode mode,
        @Nullable IvAlgorithm iv,
        @Nullable HashAlgorithm ivHash) {
    private static final int XTS_BLOCK = 16;

    /// Reads the names that a LUKS header holds.
    ///
    /// @param name `aes`
    /// @param modeText `xts-plain64`, `cbc-essiv:sha256`
    /// @param keyLength bytes of the volume's key
    /// @throws UnsupportedImageException naming what is not known
    public static CipherSpec ofLuks(String name, String modeText, int keyLength)
            throws BlockException {
        int dash = modeText.indexOf('-');
        String modeName = dash < 0 ? modeText : modeText.substring(0, dash);
        CipherMode mode = CipherMode.of(modeName);
        if (dash < 0 && mode != CipherMode.ECB) {
            throw unsupported("Unexpected cipher mode string format '" + modeText + "'");
        }
        if (mode == null) {
            throw unsupported("Cipher mode '" + modeName + "' not supported");
        }
        CipherSpec spec =
                ofLuks(name, mode, dash < 0 ? null : modeText.substring(dash + 1), keyLength);
        spec.requirePossible();
        return spec;
    }

    private static CipherSpec ofLuks(
            String name, CipherMode mode, @Nullable String ivText, int keyLength)
            throws BlockException {
        IvAlgorithm iv = null;
        HashAlgorithm hash = null;
        if (ivText != null) {
            int colon = ivText.indexOf(':');
            String ivName = colon < 0 ? ivText : ivText.substring(0, colon);
            if (colon >= 0) {
                String hashName = ivText.substring(colon + 1);
                hash = HashAlgorithm.of(hashName);
                if (hash == null) {
                    throw unsupported("Hash algorithm '" + hashName + "' not supported");
                }
            }
            iv = IvAlgorithm.of(ivName);
            if (iv == null) {
                throw unsupported("IV generator '" + ivName + "' not supported");
            }
        }
        int each = mode == CipherMode.XTS ? keyLength / 2 : keyLength;
        CipherAlgorithm cipher = CipherAlgorithm.ofLuks(name, each);
        if (cipher == null || (mode == CipherMode.XTS && keyLength % 2 != 0)) {
            throw unsupported(
                    "Algorithm '" + name + "' with key size " + each + " bytes not supported");
        }
        return new CipherSpec(cipher, mode, iv, hash);
    }

    private static BlockException unsupported(String message) {
        return new UnsupportedImageException(Errno.EINVAL, message);
    }

    /// Refuses what does not go together.
    public void requirePossible() throws BlockException {
        if (iv == IvAlgorithm.ESSIV) {
            if (ivHash == null) {
                throw unsupported("Missing IV generator hash specification");
            }
            essivCipherOrThrow();
        }
        if (mode == CipherMode.XTS && cipher.blockSize() != XTS_BLOCK) {
            throw unsupported("Unsupported cipher mode xts");
        }
    }

    private CipherAlgorithm essivCipherOrThrow() throws BlockException {
        String family =
                switch (cipher) {
                    case AES_128, AES_192, AES_256 -> "AES";
                    case SERPENT_128, SERPENT_192, SERPENT_256 -> "Serpent";
                    case TWOFISH_128, TWOFISH_192, TWOFISH_256 -> "Twofish";
                    case DES, TRIPLE_DES, CAST5_128, SM4 ->
                            throw unsupported(
                                    "Cipher " + cipher.label() + " not supported with essiv");
                };
        CipherAlgorithm essiv = essivCipher();
        if (essiv == null) {
            int length = ivHash == null ? 0 : ivHash.length();
            throw unsupported("No " + family + " cipher with key size " + length + " available");
        }
        return essiv;
    }

    /// The cipher that encrypts the vectors: of the same kind, with keys as long as the hash. Null
    /// unless they are made so.
    @Nullable CipherAlgorithm essivCipher() {
        return iv == IvAlgorithm.ESSIV && ivHash != null
                ? CipherAlgorithm.ofLuks(cipher.luksName(), ivHash.length())
                : null;
    }

    /// The mode as a LUKS header has it: `xts-plain64`, `cbc-essiv:sha256`.
    public String luksMode() {
        if (iv == null) {
            return mode.label();
        }
        String text = mode.label() + "-" + iv.label();
        return iv == IvAlgorithm.ESSIV && ivHash != null ? text + ":" + ivHash.label() : text;
    }

    /// The bytes of the volume's key: XTS takes two keys of the cipher's.
    public int keyLength() {
        return mode == CipherMode.XTS ? 2 * cipher.keyLength() : cipher.keyLength();
    }

    /// The bytes of a vector.
    int ivLength() {
        return cipher.blockSize();
    }
}
