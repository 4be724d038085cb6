package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.format.crypto.CipherAlgorithm;
import io.cairn.format.crypto.CipherMode;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.EncryptedChild;
import io.cairn.format.crypto.IvAlgorithm;
import io.cairn.format.crypto.SectorCipher;
import io.cairn.format.luks.HeaderArea;
import io.cairn.format.luks.LuksHeaders;
import io.cairn.format.luks.Passphrases;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// How the guest data of an image are encrypted (qcow2 specification, "Data encryption"): by LUKS,
/// whose header is in clusters of its own and whose sectors are numbered on the host, or in the old
/// way by AES in CBC mode under the passphrase itself, with sectors numbered as the guest does.
final class Encryption implements AutoCloseable {
    private static final String FORMAT = "format";
    private static final String KEY_SECRET = "key-secret";
    private static final String REQUIRED = "encrypt.key-secret";
    private static final int EXTENSION_LENGTH = 16;
    private static final int SECTOR = 512;
    private static final CipherSpec AES =
            new CipherSpec(CipherAlgorithm.AES_128, CipherMode.CBC, IvAlgorithm.PLAIN64, null);

    private final Child child;
    private final @Nullable LuksHeaders luks;
    private final @Nullable SectorCipher cipher;
    private final @Nullable String secret;

    private Encryption(
            Child child,
            @Nullable LuksHeaders luks,
            @Nullable SectorCipher cipher,
            @Nullable String secret) {
        this.secret = secret;
        this.child = child;
        this.luks = luks;
        this.cipher = cipher;
    }

    /// Opens what an image's header says of encryption; null if it says none.
    ///
    /// @param options what is given below `encrypt`, which is used up
    /// @param isInfo nothing is to be decrypted, so that no passphrase is needed
    static @Nullable Encryption open(
            Child child,
            Qcow2Header header,
            Options options,
            ObjectRegistry objects,
            boolean isInfo)
            throws BlockException {
        String format = options.takeText(FORMAT);
        String secret = options.takeText(KEY_SECRET);
        if (!header.isEncrypted()) {
            if (format != null) {
                throw new InvalidOptionException(
                        "No encryption in image header, but options specified format '"
                                + format
                                + "'");
            }
            return null;
        }
        boolean isAes = header.cryptMethod() == Qcow2Layout.CRYPT_AES;
        String actual = isAes ? "aes" : "luks";
        if (format != null && !format.equals(actual)) {
            throw new InvalidOptionException(
                    "Header reported '"
                            + actual
                            + "' encryption format but options specify '"
                            + format
                            + "'");
        }
        options.requireEmpty("");
        LuksHeaders luks = isAes ? null : LuksHeaders.readVersion1(area(child, header));
        SectorCipher cipher = isInfo ? null : unlock(luks, objects, secret);
        return new Encryption(child, luks, cipher, secret);
    }

    /// Of what is given below `encrypt`, what opening the same node again needs.
    static Options identity(Options given) {
        Options identity = new Options();
        String secret = given.getString(KEY_SECRET);
        if (secret != null) {
            identity.put(REQUIRED, secret);
        }
        return identity;
    }

    private static SectorCipher unlock(
            @Nullable LuksHeaders luks, ObjectRegistry objects, @Nullable String secret)
            throws BlockException {
        byte[] passphrase = Passphrases.require(objects, secret, REQUIRED);
        try {
            if (luks != null) {
                return luks.unlock(passphrase);
            }
            byte[] key = Arrays.copyOf(passphrase, AES.keyLength());
            try {
                return new SectorCipher(AES, key, SECTOR);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static HeaderArea area(Child child, Qcow2Header header) throws BlockException {
        HeaderExtension pointer = header.extension(Qcow2Layout.EXTENSION_CRYPTO);
        if (pointer == null || pointer.length() != EXTENSION_LENGTH) {
            throw new CorruptImageException(
                    Errno.EINVAL,
                    pointer == null
                            ? "CRYPTO header extension missing"
                            : "CRYPTO header extension size "
                                    + pointer.length()
                                    + ", but expected size "
                                    + EXTENSION_LENGTH);
        }
        ByteBuffer data = pointer.data();
        long offset = data.getLong(0);
        long length = data.getLong(Long.BYTES);
        if (offset <= 0 || !header.geometry().isAligned(offset)) {
            throw new CorruptImageException(
                    Errno.EINVAL,
                    "Encryption header offset '"
                            + Long.toUnsignedString(offset)
                            + "' is not a multiple of cluster size '"
                            + header.geometry().clusterSize()
                            + "'");
        }
        if (length <= 0 || offset >= child.length()) {
            throw new CorruptImageException(
                    Errno.EINVAL, "Encryption header is beyond the end of the file");
        }
        return new HeaderArea(child, offset, length);
    }

    /// The extension that says where the header of LUKS is.
    static HeaderExtension pointer(long offset, long length) {
        return new HeaderExtension(
                Qcow2Layout.EXTENSION_CRYPTO,
                ByteBuffer.allocate(EXTENSION_LENGTH).putLong(offset).putLong(length).array());
    }

    /// Changes key slots.
    ///
    /// @param options what is given below `encrypt`
    void amend(Options options, boolean isForced, ObjectRegistry objects) throws BlockException {
        String format = options.takeText(FORMAT);
        if (format != null && !format.equals(luks == null ? "qcow" : "luks")) {
            throw new InvalidOptionException(
                    "Amend can't be used to change the qcow2 encryption format");
        }
        if (luks == null || cipher == null) {
            throw new InvalidOptionException(
                    "Only LUKS encryption options can be amended for qcow2");
        }
        luks.amend(options, isForced, objects, secret);
    }

    /// The storage as it is seen decrypted.
    ///
    /// @param guestOffset what is kept at `hostOffset`
    Child decrypted(long guestOffset, long hostOffset) {
        if (cipher == null) {
            throw new IllegalStateException("opened without I/O");
        }
        return new EncryptedChild(child, cipher, luks != null ? 0 : guestOffset - hostOffset);
    }

    /// What is told of it (QMP reference manual, "ImageInfoSpecificQCow2Encryption").
    JsonObject info() {
        JsonObject.Builder json = JsonObject.builder();
        json.put(FORMAT, luks == null ? "aes" : "luks");
        if (luks != null) {
            luks.info().members().forEach(json::put);
        }
        return json.build();
    }

    @Override
    public void close() {
        if (cipher != null) {
            cipher.close();
        }
    }
}
