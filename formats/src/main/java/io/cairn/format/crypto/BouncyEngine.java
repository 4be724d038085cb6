package io.cairn.format.crypto;

import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.engines.CAST5Engine;
import org.bouncycastle.crypto.engines.DESEngine;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.engines.SerpentEngine;
import org.bouncycastle.crypto.engines.TwofishEngine;
import org.bouncycastle.crypto.params.KeyParameter;

/// A cipher that the JDK has not.
final class BouncyEngine implements BlockEngine {
    private final BlockCipher cipher;
    private final int blockSize;

    private BouncyEngine(BlockCipher cipher, boolean encrypts, byte[] key) {
        this.cipher = cipher;
        this.blockSize = cipher.getBlockSize();
        cipher.init(encrypts, new KeyParameter(key));
    }

    static BlockEngine of(CipherAlgorithm algorithm, boolean encrypts, byte[] key) {
        return new BouncyEngine(cipher(algorithm), encrypts, key);
    }

    private static BlockCipher cipher(CipherAlgorithm algorithm) {
        return switch (algorithm) {
            case DES -> new DESEngine();
            case TRIPLE_DES -> new DESedeEngine();
            case CAST5_128 -> new CAST5Engine();
            case SERPENT_128, SERPENT_192, SERPENT_256 -> new SerpentEngine();
            case TWOFISH_128, TWOFISH_192, TWOFISH_256 -> new TwofishEngine();
            case SM4 -> new SM4Engine();
            case AES_128, AES_192, AES_256 ->
                    throw new IllegalArgumentException("AES is the JDK's");
        };
    }

    @Override
    public void apply(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        for (int i = 0; i < length; i += blockSize) {
            cipher.processBlock(in, inOffset + i, out, outOffset + i);
        }
    }
}
