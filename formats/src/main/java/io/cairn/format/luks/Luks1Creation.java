package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.Pbkdf2;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Makes the header of a new LUKS1 volume.
public final class Luks1Creation {
    /// Fewer are never used, however little time there is.
    private static final long MIN_ITERATIONS = 1000;

    /// The volume's key, which is as good as random, takes this part of a passphrase's time.
    private static final int DIGEST_SHARE = 8;

    private static final long MILLIS_PER_SECOND = 1000;

    private final LuksCreateOptions options;
    private final SecureRandom random;

    /// @throws BlockException if the options do not go together
    public Luks1Creation(LuksCreateOptions options, SecureRandom random) throws BlockException {
        options.requirePossible();
        this.options = options;
        this.random = random;
    }

    /// The bytes from the header to the payload.
    public long headerLength() {
        return headerLength(options.spec());
    }

    /// The same of volumes that are encrypted in a way.
    public static long headerLength(CipherSpec spec) {
        return Luks1Layout.ALIGNMENT + Luks1Layout.SLOT_COUNT * slotLength(spec);
    }

    private static long slotLength(CipherSpec spec) {
        return Luks1Header.roundUp(
                (long) spec.keyLength() * Luks1Layout.STRIPES, Luks1Layout.ALIGNMENT);
    }

    /// Makes up a key for the volume and writes the header with it in the first slot.
    ///
    /// @param payloadOffset what the header says of where the payload is
    public void write(HeaderArea area, byte[] passphrase, long payloadOffset)
            throws BlockException {
        byte[] key = new byte[options.spec().keyLength()];
        random.nextBytes(key);
        try {
            long perDigest =
                    iterations(
                            options.hash(),
                            Luks1Layout.DIGEST_LENGTH,
                            options.iterTime(),
                            DIGEST_SHARE);
            long perSlot = iterations(options.hash(), key.length, options.iterTime());
            Luks1Header header =
                    new Luks1Header(
                            options.spec(),
                            options.hash(),
                            payloadOffset,
                            Luks1Keys.digestOf(options.hash(), key, perDigest, random),
                            UUID.randomUUID().toString(),
                            slots());
            area.write(0, new byte[Luks1Layout.ALIGNMENT]);
            Luks1Keys.addKey(header, 0, area, key, passphrase, perSlot, random);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    static long iterations(HashAlgorithm hash, int keyLength, long milliseconds)
            throws BlockException {
        return iterations(hash, keyLength, milliseconds, 1);
    }

    /// How many iterations take a part of a time.
    ///
    /// @param milliseconds has no sign
    private static long iterations(HashAlgorithm hash, int keyLength, long milliseconds, int share)
            throws BlockException {
        long perSecond = Pbkdf2.iterationsPerSecond(hash, keyLength, System::nanoTime);
        if (Math.unsignedMultiplyHigh(perSecond, milliseconds) != 0) {
            throw outOfRange(perSecond + " too large to scale");
        }
        long count = Long.divideUnsigned(perSecond * milliseconds, MILLIS_PER_SECOND * share);
        if (count >>> Integer.SIZE != 0) {
            throw outOfRange(count + " larger than " + 0xffff_ffffL);
        }
        return Math.clamp(count, MIN_ITERATIONS, Luks1Layout.MAX_ITERATIONS);
    }

    private static InvalidOptionException outOfRange(String what) {
        return new InvalidOptionException("PBKDF iterations " + what + ": " + Errno.ERANGE.text());
    }

    private List<Luks1Slot> slots() {
        List<Luks1Slot> slots = new ArrayList<>();
        for (int i = 0; i < Luks1Layout.SLOT_COUNT; i++) {
            slots.add(
                    new Luks1Slot(
                            false,
                            0,
                            new byte[Luks1Layout.SALT_LENGTH],
                            Luks1Layout.ALIGNMENT + i * slotLength(options.spec()),
                            Luks1Layout.STRIPES));
        }
        return slots;
    }
}
