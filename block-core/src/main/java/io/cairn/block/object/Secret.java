package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.os.HostKeyring;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// A `secret` or `secret_keyring` object: bytes that an option refers to by id, such as a
/// passphrase; given as they are or in Base64, and perhaps encrypted with another secret. Wiped
/// when closed.
public final class Secret implements ObjectRegistry.UserObject {
    /// The type's name for `--object`.
    public static final String TYPE = "secret";

    /// The name of the type whose bytes are a key that the kernel keeps.
    public static final String KEYRING_TYPE = "secret_keyring";

    /// The longest secret file that is read.
    private static final int MAX_LENGTH = 1 << 20;

    private final String type;
    private final byte[] value;

    private Secret(String type, byte[] value) {
        this.type = type;
        this.value = value;
    }

    /// Makes a secret of its properties.
    ///
    /// @param id the object's own, which cannot be the key's
    static Secret of(String id, SecretProperties properties, ObjectRegistry registry)
            throws BlockException {
        byte[] raw = load(properties.data(), properties.file());
        return new Secret(TYPE, properties.coding().decode(id, raw, registry));
    }

    /// Makes a secret of the type {@value #KEYRING_TYPE} of its properties.
    ///
    /// @param id the object's own, which cannot be the key's
    static Secret of(String id, KeyringProperties properties, ObjectRegistry registry)
            throws BlockException {
        byte[] raw;
        try {
            raw = HostKeyring.read(properties.serial());
        } catch (BlockException e) {
            throw e.prefixed(
                    String.format(
                            Locale.ROOT, "Unable to read serial key %08x", properties.serial()));
        }
        return new Secret(KEYRING_TYPE, properties.coding().decode(id, raw, registry));
    }

    private static byte[] load(@Nullable String data, @Nullable String file) throws BlockException {
        if (data != null && file != null) {
            throw new InvalidOptionException("'file' and 'data' are mutually exclusive");
        }
        if (file != null) {
            return read(file);
        }
        if (data == null) {
            throw new InvalidOptionException("Either 'file' or 'data' must be provided");
        }
        return data.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] read(String file) throws BlockException {
        try {
            return HostPath.readAll(file, MAX_LENGTH);
        } catch (BlockException e) {
            boolean isOpen = e.errno() == Errno.EISDIR || e.errno() == Errno.EIO;
            throw e.prefixed(
                            (isOpen ? "Error reading file “" : "Failed to open file “")
                                    + file
                                    + "”")
                    .prefixed("Unable to read " + file);
        }
    }

    /// A secret of these bytes, which are the object's from now on.
    static Secret of(byte[] value) {
        return new Secret(TYPE, value);
    }

    /// A copy of the secret, which the caller wipes after use.
    public byte[] value() {
        return value.clone();
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
    }
}
