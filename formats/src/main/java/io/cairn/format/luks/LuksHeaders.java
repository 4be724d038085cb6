package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.JsonObject;
import io.cairn.format.crypto.SectorCipher;

import java.util.Arrays;

/// The header of a volume, whichever its version.
public final class LuksHeaders {
    private final Luks1Header header;
    private final HeaderArea area;

    private LuksHeaders(Luks1Header header, HeaderArea area) {
        this.header = header;
        this.area = area;
    }

    /// Reads a header.
    ///
    /// @param isDetached the payload is not behind the header
    public static LuksHeaders read(HeaderArea area, boolean isDetached) throws BlockException {
        byte[] bytes = area.read(0, Luks1Layout.LENGTH);
        if (!startsWithMagic(bytes)) {
            throw new CorruptImageException(Errno.EINVAL, "Volume is not in LUKS format");
        }
        int version =
                (bytes[Luks1Layout.VERSION] & 0xff) << 8 | bytes[Luks1Layout.VERSION + 1] & 0xff;
        if (version != 1) {
            throw new UnsupportedImageException(
                    Errno.ENOTSUP, "LUKS version " + version + " is not supported");
        }
        return new LuksHeaders(Luks1Header.parse(bytes, isDetached), area);
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

    /// Where the payload begins, in bytes from the header's start.
    public long payloadOffset() {
        return header.payloadOffset();
    }

    /// The unit in which the payload is encrypted.
    public int sectorSize() {
        return Luks1Layout.SECTOR;
    }

    /// What is told of the volume.
    public JsonObject info() {
        return header.info();
    }

    /// Opens the volume.
    ///
    /// @throws InvalidOptionException if the passphrase opens no slot
    public SectorCipher unlock(byte[] passphrase) throws BlockException {
        byte[] key =
                Luks1Keys.unlock(header, area, passphrase)
                        .orElseThrow(() ->
                                new BlockException(
                                        Errno.EPERM,
                                        "Invalid password, cannot unlock any keyslot"));
        try {
            return new SectorCipher(header.spec(), key, sectorSize());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
