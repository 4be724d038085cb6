package io.cairn.format.crypto;

import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.bouncycastle.crypto.digests.WhirlpoolDigest;

import java.security.MessageDigest;
import java.util.function.UnaryOperator;

/// A hash that the JDK has not, in the JDK's shape. No class that opening an image links names
/// those of the library, whose jar would be opened for that.
final class BouncyDigest extends MessageDigest {
    private final Digest digest;
    private final UnaryOperator<Digest> copy;

    /// @param copy makes a digest with the same state
    private BouncyDigest(Digest digest, UnaryOperator<Digest> copy) {
        super(digest.getAlgorithmName());
        this.digest = digest;
        this.copy = copy;
    }

    static MessageDigest ripemd160() {
        return new BouncyDigest(
                new RIPEMD160Digest(), d -> new RIPEMD160Digest((RIPEMD160Digest) d));
    }

    static MessageDigest whirlpool() {
        return new BouncyDigest(
                new WhirlpoolDigest(), d -> new WhirlpoolDigest((WhirlpoolDigest) d));
    }

    @Override
    protected int engineGetDigestLength() {
        return digest.getDigestSize();
    }

    @Override
    protected void engineUpdate(byte input) {
        digest.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        digest.update(input, offset, length);
    }

    @Override
    protected byte[] engineDigest() {
        byte[] result = new byte[digest.getDigestSize()];
        digest.doFinal(result, 0);
        return result;
    }

    @Override
    protected int engineDigest(byte[] into, int offset, int length) {
        return digest.doFinal(into, offset);
    }

    @Override
    protected void engineReset() {
        digest.reset();
    }

    // Not by the super class, whose copy would share the digest.
    @SuppressWarnings("CloneDeclaresCloneNotSupported")
    @Override
    public BouncyDigest clone() {
        return new BouncyDigest(copy.apply(digest), copy);
    }
}
