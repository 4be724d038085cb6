package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;

/// An integer in a text: white space, a sign, then decimal digits, `0x` and hexadecimal ones, or
/// `0` and octal ones.
///
/// @param magnitude the number without its sign
/// @param negative whether a minus stands before it
public record IntegerText(BigInteger magnitude, boolean negative) {

    /// The integer that is the whole text, null if it is none.
    public static @Nullable IntegerText parse(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        boolean negative = text.startsWith("-", start);
        if (negative || text.startsWith("+", start)) {
            start++;
        }
        int radix = 10;
        if (text.regionMatches(true, start, "0x", 0, 2)) {
            radix = 16;
            start += 2;
        } else if (text.startsWith("0", start)) {
            radix = 8;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80 || Character.digit(text.charAt(i), radix) < 0) {
                return null;
            }
        }
        return start == text.length()
                ? null
                : new IntegerText(new BigInteger(text.substring(start), radix), negative);
    }

    /// Whether the magnitude has no more than 64 bits.
    public boolean fitsBits() {
        return magnitude.bitLength() <= 64;
    }

    /// Whether the number is one of 64 bits with a sign.
    public boolean fitsSigned() {
        return (negative ? magnitude.negate() : magnitude).bitLength() <= 63;
    }

    /// The number modulo 2^64.
    public long bits() {
        return negative ? -magnitude.longValue() : magnitude.longValue();
    }

    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
