package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectType;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// `tls-creds-psk`: keys that both ends have (QMP reference manual, "TlsCredsPskProperties"). TLS
/// 1.3 with an external key, or TLS 1.2 with ECDHE_PSK or DHE_PSK; never without forward secrecy.
final class PskCredentials implements TlsCredentials {
    static final String TYPE = "tls-creds-psk";

    private static final String DEFAULT_USER = "qemu";

    private final PskKeys keys;
    private final @Nullable String username;

    /// A client's key; empty for a server.
    private final byte[] key;

    private PskCredentials(PskKeys keys, @Nullable String username, byte[] key) {
        this.keys = keys;
        this.username = username;
        this.key = key;
    }

    static ObjectType<PskProperties> declared() {
        return new TlsObjectType<>(
                PskProperties.SCHEMA, PskProperties.HELP, (properties, _) -> create(properties));
    }

    private static PskCredentials create(PskProperties properties) throws BlockException {
        if (properties.directory() == null) {
            throw new InvalidOptionException("Missing 'dir' property value");
        }
        PskKeys keys = PskKeys.in(properties.directory());
        if (properties.isServer()) {
            if (properties.username() != null) {
                throw new InvalidOptionException("username should not be set when endpoint=server");
            }
            keys.requireReadable();
            return new PskCredentials(keys, null, new byte[0]);
        }
        String user = properties.username() == null ? DEFAULT_USER : properties.username();
        return new PskCredentials(keys, user, key(keys, user));
    }

    private static byte[] key(PskKeys keys, String user) throws BlockException {
        byte[] digits = keys.digits(PskKeys.name(user));
        if (digits == null) {
            throw new InvalidOptionException(
                    "Username " + user + " not found in PSK file " + keys.path());
        }
        if (digits.length == 0) {
            throw new InvalidOptionException(
                    "Cannot set PSK client credentials: The request is invalid.");
        }
        byte[] key = PskKeys.key(digits);
        Arrays.fill(digits, (byte) 0);
        if (key == null) {
            throw new InvalidOptionException(
                    "Cannot set PSK client credentials: Error in parsing.");
        }
        return key;
    }

    @Override
    public boolean isServer() {
        return username == null;
    }

    @Override
    public ByteStream accept(ByteStream stream, @Nullable Authorization authorization)
            throws BlockException {
        PskServer server = new PskServer(keys);
        BcStream secure = server.accept(stream);
        String user = server.user();
        if (authorization != null && !authorization.allows(user)) {
            secure.close();
            throw new BlockException(
                    Errno.EACCES, "TLS PSK authz check for " + user + " is denied");
        }
        return secure;
    }

    @Override
    public ByteStream connect(ByteStream stream, @Nullable String host) throws BlockException {
        if (username == null) {
            throw new IllegalStateException("credentials of a server");
        }
        return new PskClient(PskKeys.name(username), key).connect(stream);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }
}
