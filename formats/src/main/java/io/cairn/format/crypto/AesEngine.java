package io.cairn.format.crypto;

import io.cairn.block.Workers;

import java.security.GeneralSecurityException;
import java.security.NoSuchProviderException;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// AES by the JDK, which uses the processor's instructions for it, several blocks at a time.
final class AesEngine implements BlockEngine {
    private static final String TRANSFORMATION = "AES/ECB/NoPadding";
    private static final int BLOCK = 16;
    private static final int KEY_LENGTH = 32;

    /// After as many calls the optimising compiler is asked for the methods that take many blocks.
    private static final int WARM = 6000;

    private static final AtomicBoolean PREPARED = new AtomicBoolean();

    private final Cipher cipher;

    AesEngine(boolean encrypts, byte[] key) {
        try {
            cipher = instance();
            cipher.init(
                    encrypts ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The provider is named, since else all of them are loaded to look for further ones, and the
    /// whole module path with them.
    private static Cipher instance() throws GeneralSecurityException {
        try {
            return Cipher.getInstance(TRANSFORMATION, "SunJCE");
        } catch (NoSuchProviderException e) {
            return Cipher.getInstance(TRANSFORMATION);
        }
    }

    /// Gets AES ready on a thread of its own, once, while the caller derives a key, say.
    ///
    /// Only methods that the optimising compiler has compiled use the processor's instructions, and
    /// it looks at how often a method is called, not at how many blocks it is given: with calls for
    /// much data it would come a hundred megabytes late.
    static void prepare() {
        if (PREPARED.compareAndSet(false, true)) {
            Workers.startDaemon("aes:prepare", AesEngine::warm);
        }
    }

    private static void warm() {
        AesEngine encryption = new AesEngine(true, new byte[KEY_LENGTH]);
        AesEngine decryption = new AesEngine(false, new byte[KEY_LENGTH]);
        byte[] in = new byte[BLOCK];
        byte[] out = new byte[BLOCK];
        for (int i = 0; i < WARM; i++) {
            encryption.apply(in, 0, BLOCK, out, 0);
            decryption.apply(out, 0, BLOCK, in, 0);
        }
    }

    @Override
    public void apply(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
        try {
            cipher.update(in, inOffset, length, out, outOffset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
