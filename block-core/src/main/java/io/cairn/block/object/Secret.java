package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A `secret` object: bytes that an option refers to by id, such as a passphrase; given as they are
/// or in Base64, and perhaps encrypted with another secret. Wiped when closed.
public final class Secret implements ObjectRegistry.UserObject {
    /// The type's name for `--object`.
    public static final String TYPE = "secret";

    /// The longest secret file that is read.
    private static final int MAX_LENGTH = 1 << 20;

    private final byte[] value;

    private Secret(byte[] value) {
        this.value = value;
    }

    /// Makes a secret of its properties.
    ///
    /// @param id the object's own, which cannot be the key's
    static Secret of(String id, SecretProperties properties, ObjectRegistry registry)
            throws BlockException {
        byte[] raw = load(properties.data(), properties.file());
        byte[] value = properties.isBase64() ? decoded(raw) : raw;
        String keyId = properties.keyId();
        if (id.equals(keyId)) {
            throw new InvalidOptionException("Secret with id '" + id + "' has no data");
        }
        return new Secret(keyId == null ? value : decrypt(registry, keyId, properties.iv(), value));
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

    private static byte[] decoded(byte[] text) throws InvalidOptionException {
        try {
            return Base64Text.decode(text);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static byte[] decrypt(
            ObjectRegistry registry, String keyId, @Nullable String iv, byte[] encrypted)
            throws InvalidOptionException {
        ObjectRegistry.UserObject key = registry.find(keyId).orElse(null);
        if (key == null) {
            throw new InvalidOptionException("No secret with id '" + keyId + "'");
        }
        if (!(key instanceof Secret master)) {
            throw new InvalidOptionException("Object with id '" + keyId + "' is not a secret");
        }
        if (iv == null) {
            throw new InvalidOptionException("IV is required to decrypt secret");
        }
        byte[] vector = Base64Text.decode(iv.getBytes(StandardCharsets.UTF_8));
        return MasterKey.decrypt(master.value(), vector, encrypted);
    }

    /// A secret of these bytes, which are the object's from now on.
    static Secret of(byte[] value) {
        return new Secret(value);
    }

    /// A copy of the secret, which the caller wipes after use.
    public byte[] value() {
        return value.clone();
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
    }
}
