package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.format.crypto.AntiForensic;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.Pbkdf2;
import io.cairn.format.crypto.SectorCipher;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// Puts the key of a LUKS1 volume into slots and takes it out of them.
final class Luks1Keys {
    private Luks1Keys() {}

    /// The volume's key, if the passphrase opens this slot.
    static Optional<byte[]> unlock(
            Luks1Header header, int index, HeaderArea area, byte[] passphrase)
            throws BlockException {
        Luks1Slot slot = header.slots().get(index);
        if (!slot.isActive()) {
            return Optional.empty();
        }
        int keyLength = header.spec().keyLength();
        byte[] slotKey =
                Pbkdf2.derive(header.hash(), passphrase, slot.salt(), slot.iterations(), keyLength);
        byte[] material = area.read(slot.materialOffset(), header.materialLength());
        crypt(header, slotKey, material, false);
        byte[] key = AntiForensic.merge(header.hash(), material, keyLength, slot.stripes());
        Arrays.fill(material, (byte) 0);
        Arrays.fill(slotKey, (byte) 0);
        if (isKey(header, key)) {
            return Optional.of(key);
        }
        Arrays.fill(key, (byte) 0);
        return Optional.empty();
    }

    private static boolean isKey(Luks1Header header, byte[] key) throws BlockException {
        byte[] digest =
                Pbkdf2.derive(
                        header.hash(),
                        key,
                        header.digest().salt(),
                        header.digest().iterations(),
                        Luks1Layout.DIGEST_LENGTH);
        return MessageDigest.isEqual(digest, header.digest().value());
    }

    private static void crypt(
            Luks1Header header, byte[] slotKey, byte[] material, boolean encrypts) {
        ByteBuffer buffer = ByteBuffer.wrap(material);
        try (SectorCipher cipher = new SectorCipher(header.spec(), slotKey, Luks1Layout.SECTOR)) {
            if (encrypts) {
                cipher.encrypt(0, buffer, buffer);
            } else {
                cipher.decrypt(0, buffer, buffer);
            }
        }
    }

    /// Puts a key into a slot: first its material, then the header that names it.
    static Luks1Header addKey(
            Luks1Header header,
            int index,
            HeaderArea area,
            byte[] key,
            byte[] passphrase,
            long iterations,
            SecureRandom random)
            throws BlockException {
        byte[] salt = new byte[Luks1Layout.SALT_LENGTH];
        random.nextBytes(salt);
        Luks1Slot slot = header.slots().get(index).activated(iterations, salt);
        byte[] slotKey = Pbkdf2.derive(header.hash(), passphrase, salt, iterations, key.length);
        byte[] split = AntiForensic.split(header.hash(), key, slot.stripes(), random);
        byte[] material = Arrays.copyOf(split, header.materialLength());
        crypt(header, slotKey, material, true);
        Arrays.fill(split, (byte) 0);
        Arrays.fill(slotKey, (byte) 0);
        area.write(slot.materialOffset(), material);
        Luks1Header changed = header.withSlot(index, slot);
        area.write(0, changed.toBytes());
        return changed;
    }

    /// Erases a slot: first the header forgets it, then its material is overwritten.
    static Luks1Header eraseKey(Luks1Header header, int index, HeaderArea area, SecureRandom random)
            throws BlockException {
        Luks1Header changed = header.withSlot(index, header.slots().get(index).disabled());
        area.write(0, changed.toBytes());
        byte[] noise = new byte[header.materialLength()];
        random.nextBytes(noise);
        area.write(changed.slots().get(index).materialOffset(), noise);
        return changed;
    }

    /// What a volume's key will be recognised by.
    static Luks1Header.KeyDigest digestOf(
            HashAlgorithm hash, byte[] key, long iterations, SecureRandom random)
            throws BlockException {
        byte[] salt = new byte[Luks1Layout.SALT_LENGTH];
        random.nextBytes(salt);
        byte[] value = Pbkdf2.derive(hash, key, salt, iterations, Luks1Layout.DIGEST_LENGTH);
        return new Luks1Header.KeyDigest(value, salt, iterations);
    }
}
