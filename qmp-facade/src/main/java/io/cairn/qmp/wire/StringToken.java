package io.cairn.qmp.wire;

import org.jspecify.annotations.Nullable;

/// Reads the content of a string token: its escapes, and UTF-8 in which NUL may have two bytes.
final class StringToken {
    private static final int NONE = -1;

    private final TokenText text;
    private final StringBuilder out;
    private int next = 1;
    private @Nullable String problem;

    private StringToken(TokenText text) {
        this.text = text;
        out = new StringBuilder(text.length());
    }

    /// The content, or what is wrong with it; the other is null.
    record Result(@Nullable String value, @Nullable String problem) {}

    static Result read(TokenText text) {
        if (text.isPlain()) {
            return new Result(text.latin1(1, text.length() - 1), null);
        }
        StringToken token = new StringToken(text);
        token.read();
        String problem = token.problem;
        return problem == null ? new Result(token.out.toString(), null) : new Result(null, problem);
    }

    private void read() {
        int end = text.length() - 1;
        while (next < end && problem == null) {
            byte b = text.byteAt(next++);
            if (b == '\\') {
                escape(text.byteAt(next++));
            } else if (b >= 0) {
                out.append((char) b);
            } else {
                sequence(b, end);
            }
        }
    }

    private void escape(byte b) {
        switch (b) {
            case '"', '\'', '\\', '/' -> out.append((char) b);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> unicode(next - 2);
            default -> problem = "invalid escape sequence in string";
        }
    }

    /// Takes the digits of an escape that starts at `start`, and of a second one for a surrogate
    /// pair.
    private void unicode(int start) {
        int codePoint = hex4(next);
        next = Math.min(next + 4, text.length() - 1);
        if (codePoint >= 0xD800
                && codePoint <= 0xDBFF
                && next + 5 < text.length()
                && text.byteAt(next) == '\\'
                && text.byteAt(next + 1) == 'u') {
            int low = hex4(next + 2);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                codePoint = Character.toCodePoint((char) codePoint, (char) low);
                next += 6;
            }
        }
        if (codePoint < 0 || !isCharacter(codePoint)) {
            problem = text.latin1(start, next) + " is not a valid Unicode character";
        } else {
            out.appendCodePoint(codePoint);
        }
    }

    private int hex4(int start) {
        int value = 0;
        for (int i = start; i < start + 4; i++) {
            int digit = i < text.length() ? Character.digit((char) text.byteAt(i), 16) : NONE;
            if (digit < 0) {
                return NONE;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private void sequence(byte lead, int end) {
        int more = (lead & 0xe0) == 0xc0 ? 1 : (lead & 0xf0) == 0xe0 ? 2 : 3;
        int codePoint = lead & (0x3f >> more);
        if ((lead & 0xc0) != 0xc0 || (lead & 0xf8) == 0xf8 || next + more > end) {
            problem = "invalid UTF-8 sequence in string";
            return;
        }
        for (int i = 0; i < more; i++) {
            byte b = text.byteAt(next++);
            if ((b & 0xc0) != 0x80) {
                problem = "invalid UTF-8 sequence in string";
                return;
            }
            codePoint = codePoint << 6 | (b & 0x3f);
        }
        boolean isOverlong = codePoint < (more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000);
        boolean isLongNul = more == 1 && codePoint == 0;
        if ((isOverlong && !isLongNul) || codePoint > 0x10ffff || !isCharacter(codePoint)) {
            problem = "invalid UTF-8 sequence in string";
        } else {
            out.appendCodePoint(codePoint);
        }
    }

    private static boolean isCharacter(int codePoint) {
        return !(codePoint >= 0xD800 && codePoint <= 0xDFFF)
                && !(codePoint >= 0xFDD0 && codePoint <= 0xFDEF)
                && (codePoint & 0xFFFE) != 0xFFFE;
    }
}
