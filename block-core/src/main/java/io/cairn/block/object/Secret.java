package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// A `secret` object: bytes that an option refers to by id, such as a passphrase. Wiped when
/// closed.
public final class Secret implements ObjectRegistry.UserObject {
    /// The type's name for `--object`.
    public static final String TYPE = "secret";

    /// The longest secret file that is read.
    private static final int MAX_LENGTH = 1 << 20;

    private final byte[] value;

    private Secret(byte[] value) {
        this.value = value;
    }

    static Secret create(Options properties, ObjectRegistry registry) throws BlockException {
        @Nullable String data = properties.takeText("data");
        @Nullable String file = properties.takeText("file");
        @Nullable String format = properties.takeText("format");
        if (data != null && file != null) {
            throw new InvalidOptionException("'file' and 'data' are mutually exclusive");
        }
        byte[] raw;
        if (file != null) {
            raw = HostPath.readAll(file, MAX_LENGTH);
        } else if (data != null) {
            raw = data.getBytes(StandardCharsets.UTF_8);
        } else {
            throw new InvalidOptionException("Either 'file' or 'data' must be provided");
        }
        if (format == null || format.equals("raw")) {
            return new Secret(raw);
        }
        if (!format.equals("base64")) {
            throw new InvalidOptionException("Invalid parameter '" + format + "'");
        }
        return new Secret(decodeBase64(raw));
    }

    private static byte[] decodeBase64(byte[] raw) throws InvalidOptionException {
        try {
            return Base64.getMimeDecoder().decode(raw);
        } catch (IllegalArgumentException e) {
            InvalidOptionException failure = new InvalidOptionException("Base64 data is not valid");
            failure.initCause(e);
            throw failure;
        } finally {
            Arrays.fill(raw, (byte) 0);
        }
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
