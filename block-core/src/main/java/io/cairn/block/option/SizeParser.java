package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Reads one size: white space, a sign, digits with an optional fraction or `0x` and hexadecimal
/// digits, and one suffix.
///
/// A fraction is taken as a double and rounded to whole bytes, and one that rounds to a whole
/// number counts as none; it needs a suffix unless it is zero.
final class SizeParser {
    private static final String SUFFIXES = "BKMGTPE";

    private final String text;
    private int position;

    private SizeParser(String text) {
        this.text = text;
    }

    static long parseSigned(String text, char defaultSuffix) {
        BigInteger size = new SizeParser(text).parse(defaultSuffix);
        if (size == null) {
            return Sizes.INVALID;
        }
        return size.bitLength() > 63 ? Sizes.TOO_LARGE : size.longValue();
    }

    /// The 64 bits of a size, null if the text is none or it does not fit.
    static @Nullable Long parseUnsigned(String text) {
        BigInteger size = new SizeParser(text).parse('B');
        return size == null || size.bitLength() > 64 ? null : size.longValue();
    }

    static long parseOption(String name, String text) throws InvalidOptionException {
        BigInteger size = new SizeParser(text).parse('B');
        if (size == null) {
            InvalidOptionException e =
                    new InvalidOptionException(
                            "Parameter '" + name + "' expects a non-negative number below 2^64");
            e.withHint(Sizes.SUFFIX_HINT);
            throw e;
        }
        if (size.bitLength() > 64) {
            throw new InvalidOptionException(
                    "Value '" + text + "' is out of range for parameter '" + name + "'");
        }
        return size.longValue();
    }

    static boolean isHexWithSuffix(String text) {
        SizeParser parser = new SizeParser(text);
        if (parser.skipSpaceAndSign() || !parser.startsHex()) {
            return false;
        }
        BigInteger whole = parser.integer();
        return whole != null && whole.bitLength() <= 64 && parser.suffixShift() >= 0;
    }

    /// The bytes, null if the text is no size.
    private @Nullable BigInteger parse(char defaultSuffix) {
        boolean negative = skipSpaceAndSign();
        boolean hex = startsHex();
        BigInteger whole = integer();
        if (whole == null || negative) {
            return null;
        }
        if (whole.bitLength() > 64) {
            return position < text.length() ? null : whole;
        }
        double fraction = hex ? 0 : fraction();
        int shift = suffixShift();
        if (shift < 0) {
            shift = SUFFIXES.indexOf(Character.toUpperCase(defaultSuffix)) * 10;
        } else {
            position++;
        }
        if (position < text.length() || (fraction != 0 && shift == 0)) {
            return null;
        }
        BigDecimal part = new BigDecimal(Math.scalb(fraction, shift) + 0.5);
        return whole.shiftLeft(shift).add(part.toBigInteger());
    }

    private boolean skipSpaceAndSign() {
        while (position < text.length() && IntegerText.isSpace(text.charAt(position))) {
            position++;
        }
        if (position < text.length()
                && (text.charAt(position) == '+' || text.charAt(position) == '-')) {
            return text.charAt(position++) == '-';
        }
        return false;
    }

    private boolean startsHex() {
        return text.regionMatches(true, position, "0x", 0, 2);
    }

    private @Nullable BigInteger integer() {
        int radix = startsHex() ? 16 : 10;
        if (radix == 16) {
            position += 2;
        }
        int start = position;
        while (position < text.length()
                && text.charAt(position) < 0x80
                && Character.digit(text.charAt(position), radix) >= 0) {
            position++;
        }
        return position == start ? null : new BigInteger(text.substring(start, position), radix);
    }

    private double fraction() {
        if (position == text.length() || text.charAt(position) != '.') {
            return 0;
        }
        int start = position++;
        while (position < text.length() && isDigit(text.charAt(position))) {
            position++;
        }
        if (position == start + 1) {
            return 0;
        }
        double value = Double.parseDouble(text.substring(start, position));
        return value < 1 ? value : 0;
    }

    /// How far the suffix at the position shifts, -1 if there is none.
    private int suffixShift() {
        if (position == text.length()) {
            return -1;
        }
        int index = SUFFIXES.indexOf(text.charAt(position) & ~0x20);
        return index < 0 ? -1 : index * 10;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
