package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.JsonObject;
import io.cairn.format.crypto.AntiForensic;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.SectorCipher;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;

/// A key slot of version 2: where the volume's key is, spread and encrypted, and how a passphrase
/// decrypts it (LUKS2 On-Disk Format Specification, "Keyslots Object").
final class Luks2Slot {
    private final Luks2Kdf kdf;
    private final byte[] salt;
    private final CipherSpec spec;
    private final HashAlgorithm hash;
    private final int keyLength;
    private final long areaOffset;

    private Luks2Slot(
            Luks2Kdf kdf,
            byte[] salt,
            CipherSpec spec,
            HashAlgorithm hash,
            int keyLength,
            long areaOffset) {
        this.kdf = kdf;
        this.salt = salt;
        this.spec = spec;
        this.hash = hash;
        this.keyLength = keyLength;
        this.areaOffset = areaOffset;
    }

    /// Reads a slot.
    ///
    /// @param volumeKey bytes of the volume's key
    static Luks2Slot of(JsonObject in, int number, int volumeKey) throws BlockException {
        String what = "Keyslot " + number;
        String type = Luks2Json.text(in, "type");
        if (!type.equals("luks2")) {
            throw new UnsupportedImageException(
                    Errno.ENOTSUP, what + " is of type '" + type + "', which is not supported");
        }
        JsonObject af = Luks2Json.object(in, "af");
        JsonObject area = Luks2Json.object(in, "area");
        JsonObject kdf = Luks2Json.object(in, "kdf");
        if (!Luks2Json.text(af, "type").equals("luks1")
                || Luks2Json.number(af, "stripes") != Luks1Layout.STRIPES
                || !Luks2Json.text(area, "type").equals("raw")) {
            throw new UnsupportedImageException(
                    Errno.ENOTSUP, what + " keeps its key in a way that is not supported");
        }
        if (Luks2Json.number(in, "key_size") != volumeKey) {
            throw Luks2Json.corrupt(what + " has a key of another length than the volume");
        }
        if (Luks2Json.large(area, "size") < materialLength(volumeKey)) {
            throw Luks2Json.corrupt("the area of " + what + " is too small");
        }
        String encryption = Luks2Json.text(area, "encryption");
        int dash = encryption.indexOf('-');
        CipherSpec spec =
                CipherSpec.ofLuks(
                        dash < 0 ? encryption : encryption.substring(0, dash),
                        dash < 0 ? "" : encryption.substring(dash + 1),
                        Luks2Json.number(area, "key_size"));
        return new Luks2Slot(
                Luks2Kdf.of(kdf, what),
                Luks2Json.bytes(kdf, "salt"),
                spec,
                Luks2Kdf.hash(af),
                volumeKey,
                Luks2Json.large(area, "offset"));
    }

    /// A new slot.
    static Luks2Slot fresh(
            Luks2Kdf kdf, byte[] salt, CipherSpec spec, int keyLength, long areaOffset) {
        return new Luks2Slot(kdf, salt, spec, HashAlgorithm.SHA256, keyLength, areaOffset);
    }

    private static int materialLength(int keyLength) {
        return (int)
                Luks1Header.roundUp((long) keyLength * Luks1Layout.STRIPES, Luks1Layout.SECTOR);
    }

    /// The bytes that are set aside for a slot's key material.
    static long areaLength(int keyLength) {
        return Luks1Header.roundUp((long) keyLength * Luks1Layout.STRIPES, Luks1Layout.ALIGNMENT);
    }

    /// What a passphrase makes of the slot: the volume's key if it is the right one.
    byte[] open(HeaderArea area, byte[] passphrase) throws BlockException {
        byte[] material = area.read(areaOffset, materialLength(keyLength));
        byte[] slotKey = kdf.derive(passphrase, salt, spec.keyLength());
        try (SectorCipher cipher = new SectorCipher(spec, slotKey, Luks1Layout.SECTOR)) {
            ByteBuffer buffer = ByteBuffer.wrap(material);
            cipher.decrypt(0, buffer, buffer);
            return AntiForensic.merge(hash, material, keyLength, Luks1Layout.STRIPES);
        } finally {
            Arrays.fill(slotKey, (byte) 0);
            Arrays.fill(material, (byte) 0);
        }
    }

    /// Writes the volume's key so that a passphrase opens it.
    void seal(HeaderArea area, byte[] key, byte[] passphrase, SecureRandom random)
            throws BlockException {
        byte[] slotKey = kdf.derive(passphrase, salt, spec.keyLength());
        byte[] split = AntiForensic.split(hash, key, Luks1Layout.STRIPES, random);
        byte[] material = Arrays.copyOf(split, materialLength(keyLength));
        try (SectorCipher cipher = new SectorCipher(spec, slotKey, Luks1Layout.SECTOR)) {
            ByteBuffer buffer = ByteBuffer.wrap(material);
            cipher.encrypt(0, buffer, buffer);
            area.write(areaOffset, material);
        } finally {
            Arrays.fill(slotKey, (byte) 0);
            Arrays.fill(split, (byte) 0);
        }
    }

    /// Overwrites the key material.
    void wipe(HeaderArea area, SecureRandom random) throws BlockException {
        byte[] noise = new byte[materialLength(keyLength)];
        random.nextBytes(noise);
        area.write(areaOffset, noise);
    }

    JsonObject toJson() {
        String encryption = spec.cipher().luksName() + "-" + spec.luksMode();
        return JsonObject.builder()
                .put("type", "luks2")
                .put("key_size", keyLength)
                .put(
                        "af",
                        JsonObject.builder()
                                .put("type", "luks1")
                                .put("stripes", Luks1Layout.STRIPES)
                                .put("hash", hash.label())
                                .build())
                .put(
                        "area",
                        JsonObject.builder()
                                .put("type", "raw")
                                .put("offset", Long.toString(areaOffset))
                                .put("size", Long.toString(areaLength(keyLength)))
                                .put("encryption", encryption)
                                .put("key_size", spec.keyLength())
                                .build())
                .put("kdf", kdf.toJson().put("salt", Luks2Json.bytes(salt)).build())
                .build();
    }
}
