package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

/// Reads the escapes of a JSON string.
final class JsonUnescape {
    private JsonUnescape() {}

    /// The content of a string token, its quotes included.
    static String string(String token) throws InvalidOptionException {
        int end = token.length() - 1;
        if (token.indexOf('\\') < 0) {
            return token.substring(1, end);
        }
        StringBuilder out = new StringBuilder(end);
        int i = 1;
        while (i < end) {
            char c = token.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = token.charAt(i++);
            if (escape == 'u') {
                i = unicode(token, i, out);
            } else {
                out.append(simple(escape));
            }
        }
        return out.toString();
    }

    private static char simple(char escape) throws InvalidOptionException {
        return switch (escape) {
            case '"', '\'', '\\', '/' -> escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> throw JsonParser.error("invalid escape sequence in string");
        };
    }

    /// Appends the character of an escape whose four digits are at `start`, with a second escape
    /// for a surrogate pair; returns where it ends.
    private static int unicode(String token, int start, StringBuilder out)
            throws InvalidOptionException {
        int first = hex4(token, start);
        int end = start + 4;
        int codePoint = first;
        if (first >= 0xD800 && first <= 0xDBFF && token.startsWith("\\u", end)) {
            int second = hex4(token, end + 2);
            if (second >= 0xDC00 && second <= 0xDFFF) {
                codePoint = Character.toCodePoint((char) first, (char) second);
                end += 6;
            }
        }
        if (codePoint < 0 || !isCharacter(codePoint)) {
            throw JsonParser.error(
                    token.substring(start - 2, Math.min(end, token.length()))
                            + " is not a valid Unicode character");
        }
        out.appendCodePoint(codePoint);
        return end;
    }

    private static boolean isCharacter(int codePoint) {
        return !(codePoint >= 0xD800 && codePoint <= 0xDFFF)
                && !(codePoint >= 0xFDD0 && codePoint <= 0xFDEF)
                && (codePoint & 0xFFFE) != 0xFFFE;
    }

    /// The number of four hexadecimal digits, -1 if there are not four.
    private static int hex4(String token, int start) {
        int value = 0;
        for (int i = start; i < start + 4; i++) {
            int digit = i < token.length() ? hexDigit(token.charAt(i)) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static int hexDigit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        char lower = (char) (c | 0x20);
        return lower >= 'a' && lower <= 'f' && c < 'g' ? lower - 'a' + 10 : -1;
    }
}
