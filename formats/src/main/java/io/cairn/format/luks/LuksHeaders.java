package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.format.crypto.SectorCipher;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The header of a volume, whichever its version.
public final class LuksHeaders {
    private static final int SECTOR = 512;

    private final Volume volume;

    private LuksHeaders(Volume volume) {
        this.volume = volume;
    }

    /// Reads a header.
    ///
    /// @param isDetached the payload is not behind the header
    public static LuksHeaders read(HeaderArea area, boolean isDetached) throws BlockException {
        byte[] bytes = area.read(0, Luks1Layout.LENGTH);
        if (isVersion1(bytes)) {
            return new LuksHeaders(new Luks1Volume(Luks1Header.parse(bytes, isDetached), area));
        }
        Luks2Volume volume = Luks2Volume.read(area);
        if (volume != null) {
            return new LuksHeaders(volume);
        }
        throw unreadable(bytes);
    }

    /// Reads a header that can be of version 1 only.
    public static LuksHeaders readVersion1(HeaderArea area) throws BlockException {
        byte[] bytes = area.read(0, Luks1Layout.LENGTH);
        if (isVersion1(bytes)) {
            return new LuksHeaders(new Luks1Volume(Luks1Header.parse(bytes, false), area));
        }
        throw unreadable(bytes);
    }

    private static boolean isVersion1(byte[] bytes) {
        return startsWithMagic(bytes) && version(bytes) == 1;
    }

    private static int version(byte[] bytes) {
        return (bytes[Luks1Layout.VERSION] & 0xff) << 8 | bytes[Luks1Layout.VERSION + 1] & 0xff;
    }

    private static BlockException unreadable(byte[] bytes) {
        if (!startsWithMagic(bytes)) {
            return new CorruptImageException(Errno.EINVAL, "Volume is not in LUKS format");
        }
        int version = version(bytes);
        return version == 2
                ? new CorruptImageException(
                        Errno.EINVAL, "Neither copy of the LUKS2 header is sound")
                : new UnsupportedImageException(
                        Errno.ENOTSUP, "LUKS version " + version + " is not supported");
    }

    static boolean startsWithMagic(byte[] bytes) {
        return bytes.length >= Luks1Layout.MAGIC_LENGTH
                && Arrays.equals(
                        bytes,
                        0,
                        Luks1Layout.MAGIC_LENGTH,
                        Luks1Layout.MAGIC,
                        0,
                        Luks1Layout.MAGIC_LENGTH);
    }

    /// Whether a copy of the header is damaged.
    boolean isDamaged() {
        return volume instanceof Luks2Volume version2 && version2.isDamaged();
    }

    /// Writes a damaged copy of the header anew.
    synchronized void repair() throws BlockException {
        if (volume instanceof Luks2Volume version2) {
            version2.repair();
        }
    }

    /// Where the payload begins, in bytes from the header's start.
    public long payloadOffset() {
        return volume.payloadOffset();
    }

    /// The payload's bytes, or -1 if it takes all that there is.
    long payloadLength() {
        return volume.payloadLength();
    }

    /// What is added to an offset in the payload to get the one that the cipher is given.
    long cipherShift() {
        return volume.firstSector() * SECTOR;
    }

    /// The unit in which the payload is encrypted.
    public int sectorSize() {
        return volume.sectorSize();
    }

    /// What is told of the volume.
    public JsonObject info() {
        return volume.info();
    }

    /// Opens the volume.
    ///
    /// @throws BlockException with `EPERM` if the passphrase opens no slot
    public SectorCipher unlock(byte[] passphrase) throws BlockException {
        SectorCipher.prepare(volume.spec());
        byte[] key = volume.unlock(passphrase);
        try {
            return new SectorCipher(volume.spec(), key, sectorSize());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// Changes key slots; see {@link KeySlotAmendment}.
    ///
    /// @param secret the id of the secret by which the volume was opened, null for the registry's
    ///   own passphrase
    public synchronized void amend(
            Options options, boolean isForced, ObjectRegistry objects, @Nullable String secret)
            throws BlockException {
        KeySlotAmendment.run(volume, options, isForced, objects, secret);
    }
}
