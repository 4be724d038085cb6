package io.cairn.format.crypto;

import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;

/// A cipher that the JDK has not.
final class BouncyEngine implements BlockEngine {
    private final BlockCipher cipher;
    private final int blockSize;

    BouncyEngine(BlockCipher cipher, boolean encrypts, byte[] key) {
        this.cipher = cipher;
        this.blockSize = cipher.getBlockSize();
        cipher.init(encrypts, new KeyParameter(key));
    }

    @Override
    public void apply(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        for (int i = 0; i < length; i += blockSize) {
            cipher.processBlock(in, inOffset + i, out, outOffset + i);
        }
    }
}
