package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;

import java.util.Arrays;

/// Base64 as secrets are given in it (RFC 4648, "Base 64 Encoding"): lines may be broken by
/// newlines, and what is left of a group of four characters at the end is passed over.
final class Base64Text {
    private static final int GROUP = 4;

    private Base64Text() {}

    /// The bytes that a text stands for.
    static byte[] decode(byte[] text) throws InvalidOptionException {
        byte[] decoded = new byte[text.length / GROUP * 3];
        int length = 0;
        int group = 0;
        int bits = 0;
        int padding = 0;
        for (byte c : text) {
            if (c == '\n') {
                continue;
            }
            int digit = digit(c);
            padding = c == '=' ? padding + 1 : 0;
            bits = bits << 6 | digit;
            group++;
            if (group == GROUP) {
                int count = 3 - Math.min(2, padding);
                for (int i = 0; i < count; i++) {
                    decoded[length] = (byte) (bits >> (16 - 8 * i));
                    length++;
                }
                group = 0;
                bits = 0;
                padding = 0;
            }
        }
        byte[] exact = Arrays.copyOf(decoded, length);
        Arrays.fill(decoded, (byte) 0);
        return exact;
    }

    private static int digit(byte c) throws InvalidOptionException {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return switch (c) {
            case '+' -> 62;
            case '/' -> 63;
            case '=' -> 0;
            case 0 ->
                    throw new InvalidOptionException(
                            "Base64 data contains embedded NUL characters");
            default -> throw new InvalidOptionException("Base64 data contains invalid characters");
        };
    }
}
