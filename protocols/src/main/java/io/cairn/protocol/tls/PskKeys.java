package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// The keys that peers share with us, by the names of their users: a file `keys.psk` with lines
/// `user:key`, the key in hexadecimal digits, as GnuTLS's `psktool` writes it. A user's name that
/// begins with `#` is in hexadecimal digits too.
///
/// The file is read for each peer, so that a user can be added while a server runs.
record PskKeys(String path) {
    /// Names of users that are longer, here or from a peer, are nobody's (RFC 4279, section 5.3,
    /// asks for that much).
    static final int MAX_NAME = 128;

    private static final int MAX_LENGTH = 1 << 20;

    /// The keys in a directory.
    static PskKeys in(String directory) {
        return new PskKeys(directory + "/keys.psk");
    }

    /// Fails if there is no such file, or it may not be read.
    void requireReadable() throws BlockException {
        Arrays.fill(read(), (byte) 0);
    }

    /// The key's digits as they stand in the first line for a user, or null.
    ///
    /// The time that it takes tells nothing of which users there are: every line is looked at.
    byte @Nullable [] digits(byte[] name) throws BlockException {
        byte[] text = read();
        try {
            return name.length == 0 || name.length > MAX_NAME ? null : digits(text, name);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static byte @Nullable [] digits(byte[] text, byte[] name) {
        int found = 0;
        int foundEnd = 0;
        int start = 0;
        while (start < text.length) {
            int end = start;
            int colon = -1;
            while (end < text.length && text[end] != '\n') {
                if (text[end] == ':' && colon < 0) {
                    colon = end;
                }
                end++;
            }
            if (colon > 0) {
                byte[] user = Arrays.copyOfRange(text, start, colon);
                boolean isPlain = MessageDigest.isEqual(user, name);
                boolean isHex = MessageDigest.isEqual(plainName(user), name);
                boolean isHere = isPlain || isHex;
                if (isHere && found == 0) {
                    found = colon + 1;
                    foundEnd = end;
                }
            }
            start = end + 1;
        }
        return found == 0 ? null : Arrays.copyOfRange(text, found, trimmed(text, found, foundEnd));
    }

    private static int trimmed(byte[] text, int start, int end) {
        int last = end;
        while (last > start && (text[last - 1] == '\r' || text[last - 1] == ' ')) {
            last--;
        }
        return last;
    }

    private static byte[] plainName(byte[] user) {
        byte[] plain =
                user.length > 1 && user[0] == '#'
                        ? key(Arrays.copyOfRange(user, 1, user.length))
                        : null;
        return plain == null ? user : plain;
    }

    /// The bytes that hexadecimal digits stand for, or null if they are none.
    static byte @Nullable [] key(byte[] digits) {
        if (digits.length % 2 != 0) {
            return null;
        }
        byte[] key = new byte[digits.length / 2];
        for (int i = 0; i < digits.length; i++) {
            if (!HexFormat.isHexDigit(digits[i])) {
                Arrays.fill(key, (byte) 0);
                return null;
            }
            key[i / 2] = (byte) (key[i / 2] << 4 | HexFormat.fromHexDigit(digits[i]));
        }
        return key;
    }

    /// A user's name as it goes over the wire.
    static byte[] name(String user) {
        return user.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] read() throws BlockException {
        try {
            return HostPath.readAll(path, MAX_LENGTH);
        } catch (BlockException e) {
            throw e.prefixed("Unable to access credentials " + path);
        }
    }
}
