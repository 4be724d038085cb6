package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permission;
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
import java.util.concurrent.atomic.AtomicInteger;

/// An open LUKS volume.
final class LuksInstance extends DriverInstance implements Amendable {
    /// The largest sectors that there are.
    static final int MAX_SECTOR = 4096;

    private static final int SECTOR = 512;

    private final Child file;
    private final long payload;
    private final LuksHeaders headers;
    private final @Nullable SectorCipher cipher;
    private final Options identity;
    private final @Nullable String secret;
    private final ObjectRegistry objects;
    private final AtomicInteger amendments = new AtomicInteger();

    /// @param payload where in the file the first sector is
    /// @param secret the id of the secret by which the volume was opened, null for the registry's
    ///   own passphrase
    /// @param cipher null if only the header is looked at
    LuksInstance(
            Child file,
            long payload,
            LuksHeaders headers,
            @Nullable SectorCipher cipher,
            Options identity,
            @Nullable String secret,
            ObjectRegistry objects) {
        this.objects = objects;
        this.file = file;
        this.payload = payload;
        this.headers = headers;
        this.cipher = cipher;
        this.identity = identity;
        this.secret = secret;
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

    /// The bytes of a disk of at least that length whose sectors are all there, if they are larger
    /// than those that any disk consists of.
    static long wholeSectors(long length, int sector) {
        return sector > SECTOR ? length + sector - 1 & -(long) sector : length;
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
        if (headers.isDamaged()) {
            headers.repair();
        }
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
        if (length > Long.MAX_VALUE - payload - MAX_SECTOR) {
            throw new BlockException(Errno.EFBIG, "The requested file size is too large");
        }
        long whole = wholeSectors(length, headers.sectorSize());
        file.truncate(payload + whole, exact, preallocation, false);
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        ChildPermissions idle =
                child.roles().contains(ChildRole.DATA)
                        ? permissions(needed, shared)
                        : ofHeader(needed.has(Permission.WRITE) && headers.isDamaged());
        boolean holdsHeader = child.roles().contains(ChildRole.METADATA);
        return holdsHeader && amendments.get() > 0 ? alone(idle) : idle;
    }

    /// The storage is shared as the parents share the volume, as by the peer: nobody writes to the
    /// header meanwhile. Who changes keys is kept away by whoever has the volume open, since even
    /// one that does nothing reads.
    static ChildPermissions permissions(Permissions needed, Permissions shared) {
        return new ChildPermissions(needed.plus(Permission.CONSISTENT_READ), shared);
    }

    private static ChildPermissions ofHeader(boolean isRepaired) {
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        return new ChildPermissions(
                isRepaired ? needed.plus(Permission.WRITE) : needed, Permissions.ALL);
    }

    private static ChildPermissions alone(ChildPermissions idle) {
        return new ChildPermissions(
                idle.needed().plus(Permission.WRITE),
                idle.shared().minus(Permission.CONSISTENT_READ).minus(Permission.WRITE));
    }

    @Override
    public void beginAmendment() {
        amendments.incrementAndGet();
    }

    @Override
    public void endAmendment() {
        amendments.decrementAndGet();
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
        headers.amend(options, force, objects, secret);
    }

    @Override
    public void close() {
        if (cipher != null) {
            cipher.close();
        }
    }
}
