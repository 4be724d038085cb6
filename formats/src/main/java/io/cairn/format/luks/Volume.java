package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.JsonObject;
import io.cairn.format.crypto.CipherSpec;

import java.util.Optional;

/// An open header of a volume. Changes are for one thread at a time; reading is for any.
interface Volume {
    /// Where the payload begins, in bytes from the header's start.
    long payloadOffset();

    /// The payload's bytes, or -1 if it takes all that there is.
    long payloadLength();

    /// The unit in which the payload is encrypted.
    int sectorSize();

    /// The number of the payload's first sector.
    long firstSector();

    /// How the payload is encrypted.
    CipherSpec spec();

    /// What is told of the volume.
    JsonObject info();

    /// How many key slots there may be.
    int slotCount();

    /// Whether a slot holds a key.
    boolean isActive(int slot);

    /// The volume's key, if a passphrase opens the slot; the caller wipes it.
    Optional<byte[]> unlock(int slot, byte[] passphrase) throws BlockException;

    /// The volume's key, which the caller wipes.
    ///
    /// @throws BlockException with `EPERM` if the passphrase opens no slot
    default byte[] unlock(byte[] passphrase) throws BlockException {
        for (int slot = 0; slot < slotCount(); slot++) {
            byte[] key = unlock(slot, passphrase).orElse(null);
            if (key != null) {
                return key;
            }
        }
        throw new BlockException(Errno.EPERM, "Invalid password, cannot unlock any keyslot");
    }

    /// Puts the volume's key into a slot.
    ///
    /// @param iterTime milliseconds that opening it is to take
    void addKey(int slot, byte[] key, byte[] passphrase, long iterTime) throws BlockException;

    /// Takes the key out of a slot.
    void eraseKey(int slot) throws BlockException;
}
