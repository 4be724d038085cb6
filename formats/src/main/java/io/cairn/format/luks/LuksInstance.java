package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Amendable;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;
import io.cairn.format.crypto.EncryptedChild;
import io.cairn.format.crypto.SectorCipher;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// An open LUKS volume.
final class LuksInstance extends DriverInstance implements Amendable {
    private static final int SECTOR = 512;

    private final Child file;
    private final long payload;
    private final LuksHeaders headers;
    private final @Nullable SectorCipher cipher;
    private final Options identity;
    private final ObjectRegistry objects;

    /// @param payload where in the file the first sector is
    /// @param cipher null if only the header is looked at
    LuksInstance(
            Child file,
            long payload,
            LuksHeaders headers,
            @Nullable SectorCipher cipher,
            Options identity,
            ObjectRegistry objects) {
        this.objects = objects;
        this.file = file;
        this.payload = payload;
        this.headers = headers;
        this.cipher = cipher;
        this.identity = identity;
    }

    @Override
    public long length() throws BlockException {
        long length = file.length() - payload;
        if (length < 0) {
            throw BlockException.of(Errno.EIO, "Could not refresh total sector count");
        }
        long said = headers.payloadLength();
        if (said > length) {
            throw new CorruptImageException(
                    Errno.EIO,
                    "LUKS payload of " + said + " bytes reaches beyond the end of the file");
        }
        int sector = headers.sectorSize();
        return said >= 0 ? said : sector > SECTOR ? length & -(long) sector : length;
    }

    @Override
    public Limits limits(Limits inherited) {
        return inherited.withRequestAlignment(
                Math.max(headers.sectorSize(), inherited.requestAlignment()));
    }

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Transformed(file, -1, length, false);
    }

    private Child decrypted() {
        if (cipher == null) {
            throw new IllegalStateException("opened without I/O");
        }
        return new EncryptedChild(file, cipher, headers.cipherShift() - payload);
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        decrypted().read(payload + offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        decrypted().write(payload + offset, src, flags);
    }

    @Override
    public boolean supportsFua() {
        return file.supportsFua();
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        if (headers.payloadLength() >= 0) {
            throw new BlockException(
                    Errno.ENOTSUP, "The LUKS2 segment has a fixed size and cannot be resized");
        }
        if (length > Long.MAX_VALUE - payload) {
            throw new BlockException(Errno.EFBIG, "The requested file size is too large");
        }
        file.truncate(payload + length, exact, preallocation, false);
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFormat(child.roles(), needed, shared, writable);
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) {
        return Prepared.NOTHING;
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    @Override
    public FormatInfo info() {
        return new FormatInfo(0, false, true, 0, 0, headers.info(), LuksDriver.NAME);
    }

    @Override
    public void amend(Options options, boolean force) throws BlockException {
        if (cipher == null) {
            throw new IllegalStateException("opened without I/O");
        }
        headers.amend(options, force, objects, cipher);
    }

    @Override
    public void close() {
        if (cipher != null) {
            cipher.close();
        }
    }
}
