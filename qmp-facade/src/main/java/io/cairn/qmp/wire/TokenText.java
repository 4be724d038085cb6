package io.cairn.qmp.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bytes of one token.
final class TokenText {
    private static final int SMALL = 1 << 12;

    private byte[] bytes = new byte[256];
    private int length;

    void append(byte b) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = b;
    }

    int length() {
        return length;
    }

    /// Forgets the token; the space of a large one is given back.
    void clear() {
        length = 0;
        if (bytes.length > SMALL) {
            bytes = new byte[SMALL];
        }
    }

    byte byteAt(int index) {
        return bytes[index];
    }

    /// A token of ASCII.
    String ascii() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    /// A part of the token as Latin-1, which is right where {@link #isPlain} holds.
    String latin1(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /// Whether a string token has neither an escape nor a byte beyond ASCII.
    boolean isPlain() {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0 || bytes[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    /// The token for a message about it: up to the first NUL, with a replacement for what is not
    /// UTF-8.
    String shown() {
        int end = 0;
        while (end < length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
