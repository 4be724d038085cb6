package io.cairn.cli.io;

import java.math.BigInteger;

/// Numbers as C's `strtol` reads them with base 0: decimal, octal with a leading zero, hexadecimal
/// with `0x`.
final class CNumbers {
    /// What {@link #parse} returns for a text that is no number without a minus.
    static final long INVALID = -1;

    private CNumbers() {}

    /// The number, {@link #INVALID}, or the largest `long` for a number above it.
    static long parse(String text) {
        String digits = text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        if (digits.regionMatches(true, 0, "0x", 0, 2)) {
            radix = 16;
            digits = digits.substring(2);
        } else if (digits.startsWith("0")) {
            radix = 8;
        }
        if (digits.isEmpty()) {
            return INVALID;
        }
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c >= 0x80 || Character.digit(c, radix) < 0) {
                return INVALID;
            }
        }
        BigInteger value = new BigInteger(digits, radix);
        return value.bitLength() > 63 ? Long.MAX_VALUE : value.longValue();
    }
}
