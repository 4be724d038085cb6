package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.format.crypto.Argon2;
import io.cairn.format.crypto.HashAlgorithm;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Makes the header of a new LUKS2 volume, laid out as cryptsetup does.
final class Luks2Creation {
    /// Where the payload begins.
    static final long PAYLOAD_OFFSET = 16 << 20;

    /// The second choice of RFC 9106, "Parameter Choice", which asks for less memory.
    static final int DEFAULT_MEMORY_KIB = 64 << 10;

    private static final int DEFAULT_LANES = 4;
    private static final int MIN_PASSES = 4;
    private static final int MAX_PASSES = 1000;
    private static final long DIGEST_ITERATIONS = 1000;
    private static final int SALT_LENGTH = 64;
    private static final int VOLUME_SALT_LENGTH = 32;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// What stretches passphrases.
    enum Stretching {
        ARGON2ID,
        ARGON2I,
        PBKDF2
    }

    private final LuksCreateOptions options;
    private final Stretching stretching;
    private final int memoryKiB;
    private final int sectorSize;
    private final SecureRandom random;

    /// @param sectorSize 512 to 4096, a power of two
    Luks2Creation(
            LuksCreateOptions options,
            Stretching stretching,
            int memoryKiB,
            int sectorSize,
            SecureRandom random)
            throws BlockException {
        options.requirePossible();
        if (stretching != Stretching.PBKDF2) {
            argon2(stretching, MIN_PASSES, memoryKiB).requireBounded("The new keyslot");
        }
        this.options = options;
        this.stretching = stretching;
        this.memoryKiB = memoryKiB;
        this.sectorSize = sectorSize;
        this.random = random;
    }

    private static Argon2 argon2(Stretching stretching, int passes, int memoryKiB) {
        return new Argon2(stretching == Stretching.ARGON2ID, passes, memoryKiB, DEFAULT_LANES);
    }

    /// Makes up a key for the volume and writes the header with it in the first slot.
    ///
    /// @param payloadOffset where the payload is
    void write(HeaderArea area, byte[] passphrase, long payloadOffset) throws BlockException {
        byte[] key = new byte[options.spec().keyLength()];
        random.nextBytes(key);
        try {
            Luks2Slot slot =
                    Luks2Slot.fresh(
                            stretching == Stretching.PBKDF2
                                    ? pbkdf2(options.hash(), options.iterTime(), key.length)
                                    : memoryHard(
                                            argon2(stretching, 1, memoryKiB), options.iterTime()),
                            salt(),
                            options.spec(),
                            key.length,
                            2L * Luks2Binary.MIN_HEADER);
            slot.seal(area, key, passphrase, random);
            byte[] salt = new byte[SALT_LENGTH];
            random.nextBytes(salt);
            Luks2Binary binary =
                    Luks2Binary.create(Luks2Binary.MIN_HEADER, UUID.randomUUID().toString(), salt);
            JsonObject json = json(slot, key, payloadOffset);
            Luks2Store.create(area, binary, json).write(json);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private byte[] salt() {
        byte[] salt = new byte[VOLUME_SALT_LENGTH];
        random.nextBytes(salt);
        return salt;
    }

    private JsonObject json(Luks2Slot slot, byte[] key, long payloadOffset) throws BlockException {
        JsonObject segment =
                JsonObject.builder()
                        .put("type", "crypt")
                        .put("offset", Long.toString(payloadOffset))
                        .put("size", "dynamic")
                        .put("iv_tweak", "0")
                        .put(
                                "encryption",
                                options.spec().cipher().luksName()
                                        + "-"
                                        + options.spec().luksMode())
                        .put("sector_size", sectorSize)
                        .build();
        JsonArray first = new JsonArray(List.of(new JsonString("0")));
        byte[] salt = salt();
        Luks2Kdf.Iterated kdf = new Luks2Kdf.Iterated(HashAlgorithm.SHA256, DIGEST_ITERATIONS);
        byte[] value = kdf.derive(key, salt, HashAlgorithm.SHA256.length());
        JsonObject digest =
                kdf.toJson()
                        .put("keyslots", first)
                        .put("segments", first)
                        .put("salt", Luks2Json.bytes(salt))
                        .put("digest", Luks2Json.bytes(value))
                        .build();
        long keys = PAYLOAD_OFFSET - 2L * Luks2Binary.MIN_HEADER;
        return JsonObject.builder()
                .put("keyslots", JsonObject.builder().put("0", slot.toJson()).build())
                .put("tokens", JsonObject.EMPTY)
                .put("segments", JsonObject.builder().put("0", segment).build())
                .put("digests", JsonObject.builder().put("0", digest).build())
                .put(
                        "config",
                        JsonObject.builder()
                                .put(
                                        "json_size",
                                        Integer.toString(
                                                Luks2Binary.MIN_HEADER - Luks2Binary.LENGTH))
                                .put("keyslots_size", Long.toString(keys))
                                .build())
                .build();
    }

    private static Luks2Kdf pbkdf2(HashAlgorithm hash, long milliseconds, int keyLength)
            throws BlockException {
        return new Luks2Kdf.Iterated(hash, Luks1Creation.iterations(hash, keyLength, milliseconds));
    }

    /// As many passes as take a time, at least a few.
    private static Luks2Kdf memoryHard(Argon2 one, long milliseconds) throws BlockException {
        long passes = MIN_PASSES;
        if (milliseconds > 0) {
            long start = System.nanoTime();
            one.derive(new byte[] {'p'}, new byte[VOLUME_SALT_LENGTH], VOLUME_SALT_LENGTH);
            long each = Math.max(1, System.nanoTime() - start);
            passes = Math.clamp(milliseconds * NANOS_PER_MILLI / each, MIN_PASSES, MAX_PASSES);
        }
        return new Luks2Kdf.MemoryHard(
                new Argon2(one.isIdentity(), (int) passes, one.memoryKiB(), one.lanes()));
    }

    /// What stretches a further passphrase: what stretches that of another slot.
    ///
    /// @param slot null if there is none
    static Luks2Kdf kdfLike(@Nullable JsonObject slot, long milliseconds, int keyLength)
            throws BlockException {
        if (slot == null) {
            return memoryHard(argon2(Stretching.ARGON2ID, 1, DEFAULT_MEMORY_KIB), milliseconds);
        }
        return switch (Luks2Kdf.of(Luks2Json.object(slot, "kdf"), "Keyslot")) {
            case Luks2Kdf.Iterated like -> pbkdf2(like.hash(), milliseconds, keyLength);
            case Luks2Kdf.MemoryHard like ->
                    memoryHard(
                            new Argon2(
                                    like.argon2().isIdentity(),
                                    1,
                                    like.argon2().memoryKiB(),
                                    like.argon2().lanes()),
                            milliseconds);
        };
    }
}
