package io.cairn.qmp.wire;

import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Finds the JSON values in a stream of bytes, wherever the stream is cut (QMP specification, "JSON
/// parsing").
///
/// The dialect is the peer's: strings in single or double quotes, numbers by RFC 8259, values one
/// after another with or without white space between. A byte that cannot be is told of at once; the
/// reader then skips to the next line or the next bracket, colon or comma, as the peer's does. What
/// is wrong with a value's structure is told of when its brackets balance.
///
/// What is kept of an unfinished value is bounded: {@link #MAX_BYTES} of tokens, {@link
/// #MAX_TOKENS} of them, {@link #MAX_DEPTH} levels. Not thread-safe.
public final class MessageReader {
    /// The bytes of a value's tokens. The peer takes 64 MiB; no command needs that.
    public static final int MAX_BYTES = 16 << 20;

    /// The tokens of a value.
    public static final int MAX_TOKENS = 1 << 20;

    /// The levels of a value.
    public static final int MAX_DEPTH = 1024;

    private final MessageSink sink;
    private final TokenText text = new TokenText();
    private Scan scan = Scan.BETWEEN;
    private ValueBuilder builder = new ValueBuilder();
    private int braces;
    private int brackets;
    private int tokens;
    private long bytes;

    /// Where within a token the next byte stands.
    private enum Scan {
        BETWEEN,
        SKIPPING,
        DOUBLE_QUOTED,
        DOUBLE_ESCAPE,
        SINGLE_QUOTED,
        SINGLE_ESCAPE,
        MINUS,
        ZERO,
        DIGITS,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS,
        WORD
    }

    public MessageReader(MessageSink sink) {
        this.sink = sink;
    }

    /// Takes the bytes from position to limit, which moves neither.
    public void feed(ByteBuffer input) {
        for (int i = input.position(); i < input.limit(); i++) {
            feed(input.get(i));
        }
    }

    private void feed(byte b) {
        // A byte that ends a number or a word is the first of what follows.
        while (!take(b)) {}
    }

    /// Takes a byte, or ends a token before it and returns false.
    private boolean take(byte b) {
        switch (scan) {
            case BETWEEN -> begin(b);
            case SKIPPING -> skip(b);
            case DOUBLE_QUOTED -> inString(b, (byte) '"', Scan.DOUBLE_QUOTED, Scan.DOUBLE_ESCAPE);
            case SINGLE_QUOTED -> inString(b, (byte) '\'', Scan.SINGLE_QUOTED, Scan.SINGLE_ESCAPE);
            case DOUBLE_ESCAPE -> inEscape(b, Scan.DOUBLE_QUOTED);
            case SINGLE_ESCAPE -> inEscape(b, Scan.SINGLE_QUOTED);
            case MINUS -> {
                return isDigit(b) ? append(b, b == '0' ? Scan.ZERO : Scan.DIGITS) : stray(b);
            }
            case ZERO -> {
                return isDigit(b) ? stray(b) : afterInteger(b, false);
            }
            case DIGITS -> {
                return isDigit(b) ? append(b, Scan.DIGITS) : afterInteger(b, true);
            }
            case POINT -> {
                return isDigit(b) ? append(b, Scan.FRACTION) : stray(b);
            }
            case FRACTION -> {
                if (isDigit(b)) {
                    return append(b, Scan.FRACTION);
                }
                return isExponent(b) ? append(b, Scan.EXPONENT) : end(TokenKind.FLOAT);
            }
            case EXPONENT -> {
                if (b == '+' || b == '-') {
                    return append(b, Scan.EXPONENT_SIGN);
                }
                return isDigit(b) ? append(b, Scan.EXPONENT_DIGITS) : stray(b);
            }
            case EXPONENT_SIGN -> {
                return isDigit(b) ? append(b, Scan.EXPONENT_DIGITS) : stray(b);
            }
            case EXPONENT_DIGITS -> {
                return isDigit(b) ? append(b, Scan.EXPONENT_DIGITS) : end(TokenKind.FLOAT);
            }
            case WORD -> {
                return b >= 'a' && b <= 'z' ? append(b, Scan.WORD) : end(TokenKind.KEYWORD);
            }
        }
        return true;
    }

    private void begin(byte b) {
        if (b == ' ' || b == '\t' || b == '\r' || b == '\n') {
            return;
        }
        if (TokenKind.isStructural(b)) {
            text.append(b);
            finish(TokenKind.ofStructural(b));
            return;
        }
        Scan next =
                switch (b) {
                    case '"' -> Scan.DOUBLE_QUOTED;
                    case '\'' -> Scan.SINGLE_QUOTED;
                    case '-' -> Scan.MINUS;
                    case '0' -> Scan.ZERO;
                    default ->
                            isDigit(b)
                                    ? Scan.DIGITS
                                    : b >= 'a' && b <= 'z' ? Scan.WORD : Scan.SKIPPING;
                };
        if (next == Scan.SKIPPING) {
            stray(b);
        } else {
            append(b, next);
        }
    }

    private void skip(byte b) {
        if (b == '\n' || b == '\r') {
            scan = Scan.BETWEEN;
        } else if (TokenKind.isStructural(b) || (isNeverText(b) && b != '\t')) {
            scan = Scan.BETWEEN;
            begin(b);
        }
    }

    private void inString(byte b, byte quote, Scan string, Scan escape) {
        if (isNeverText(b)) {
            stray(b);
        } else if (b == quote) {
            text.append(b);
            finish(TokenKind.STRING);
        } else {
            append(b, b == '\\' ? escape : string);
        }
    }

    private void inEscape(byte b, Scan string) {
        if (isNeverText(b)) {
            stray(b);
        } else {
            append(b, string);
        }
    }

    private boolean afterInteger(byte b, boolean mayHaveExponent) {
        if (b == '.') {
            return append(b, Scan.POINT);
        }
        return mayHaveExponent && isExponent(b) ? append(b, Scan.EXPONENT) : end(TokenKind.INTEGER);
    }

    /// Keeps a byte of a token. True, since the byte is taken.
    private boolean append(byte b, Scan next) {
        scan = next;
        text.append(b);
        if (bytes + text.length() > MAX_BYTES) {
            scan = Scan.SKIPPING;
            refuse("JSON token size limit exceeded");
        }
        return true;
    }

    /// Tells of a byte that cannot be. True, since the byte is taken.
    private boolean stray(byte b) {
        text.append(b);
        String found = text.shown();
        scan = Scan.SKIPPING;
        refuse("JSON parse error, stray '" + found + "'");
        return true;
    }

    /// Ends a token before the byte at hand. False, since the byte is not taken.
    private boolean end(TokenKind kind) {
        finish(kind);
        return false;
    }

    private void finish(TokenKind kind) {
        scan = Scan.BETWEEN;
        switch (kind) {
            case OPEN_OBJECT -> braces++;
            case CLOSE_OBJECT -> braces--;
            case OPEN_ARRAY -> brackets++;
            case CLOSE_ARRAY -> brackets--;
            default -> {}
        }
        bytes += text.length();
        tokens++;
        if (tokens > MAX_TOKENS) {
            refuse("JSON token count limit exceeded");
            return;
        }
        if (braces + brackets > MAX_DEPTH) {
            refuse("JSON nesting depth limit exceeded");
            return;
        }
        builder.token(kind, text);
        text.clear();
        if (braces < 0 || brackets < 0 || (braces == 0 && brackets == 0)) {
            deliver();
        }
    }

    private void deliver() {
        String problem = builder.problem();
        @Nullable JsonValue value = builder.value();
        reset();
        if (problem != null) {
            sink.malformed("JSON parse error, " + problem);
        } else if (value == null) {
            sink.malformed("JSON parse error, expecting value");
        } else {
            sink.message(value);
        }
    }

    private void refuse(String problem) {
        reset();
        sink.malformed(problem);
    }

    private void reset() {
        text.clear();
        builder = new ValueBuilder();
        braces = 0;
        brackets = 0;
        tokens = 0;
        bytes = 0;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isExponent(byte b) {
        return b == 'e' || b == 'E';
    }

    /// Whether a byte stands in no text at all: a control character, or one that UTF-8 never has.
    private static boolean isNeverText(byte b) {
        return (b >= 0 && b < ' ') || b == (byte) 0xfe || b == (byte) 0xff;
    }
}
