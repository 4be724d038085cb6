package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.List;

/// Splits a text into the tokens of one JSON value: it stops where the brackets balance, or where
/// one closes that was not open.
///
/// A token that cannot be ends everything, so a stray character late in a value is named before a
/// missing colon early in it.
final class JsonLexer {
    static final int MAX_DEPTH = 1024;
    static final int MAX_TOKENS = 2 << 20;

    private final String text;
    private int position;

    JsonLexer(String text) {
        this.text = text;
    }

    /// A token: its kind and its text. The kind is the character itself for brackets and
    /// separators.
    record Token(char kind, String text) {}

    static final char STRING = '"';
    static final char INTEGER = '0';
    static final char FLOAT = '.';
    static final char KEYWORD = 'a';

    /// Whether anything but white space follows.
    boolean hasMore() {
        while (position < text.length() && isSpace(text.charAt(position))) {
            position++;
        }
        return position < text.length();
    }

    /// The tokens of the next value, complete or cut short by the end of the text.
    List<Token> nextValue() throws InvalidOptionException {
        List<Token> tokens = new ArrayList<>();
        int braces = 0;
        int brackets = 0;
        while (hasMore()) {
            Token token = next();
            switch (token.kind()) {
                case '{' -> braces++;
                case '}' -> braces--;
                case '[' -> brackets++;
                case ']' -> brackets--;
                default -> {}
            }
            if (braces + brackets > MAX_DEPTH) {
                throw new InvalidOptionException("JSON nesting depth limit exceeded");
            }
            if (tokens.size() >= MAX_TOKENS) {
                throw new InvalidOptionException("JSON token count limit exceeded");
            }
            tokens.add(token);
            if (braces < 0 || brackets < 0 || (braces == 0 && brackets == 0)) {
                break;
            }
        }
        return tokens;
    }

    private Token next() throws InvalidOptionException {
        int start = position;
        char c = text.charAt(position++);
        switch (c) {
            case '{', '}', '[', ']', ',', ':' -> {
                return new Token(c, String.valueOf(c));
            }
            case '"', '\'' -> {
                scanString(start, c);
                return new Token(STRING, text.substring(start, position));
            }
            default -> {
                if (c >= 'a' && c <= 'z') {
                    while (position < text.length() && isLetter(text.charAt(position))) {
                        position++;
                    }
                    return new Token(KEYWORD, text.substring(start, position));
                }
                if (c == '-' || isDigit(c)) {
                    char kind = scanNumber(start, c);
                    return new Token(kind, text.substring(start, position));
                }
                throw stray(start);
            }
        }
    }

    private void scanString(int start, char quote) throws InvalidOptionException {
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == quote) {
                return;
            }
            if (c < ' ') {
                throw stray(start);
            }
            if (c == '\\') {
                if (position == text.length()) {
                    break;
                }
                if (text.charAt(position++) < ' ') {
                    throw stray(start);
                }
            }
        }
        throw stray(start);
    }

    private char scanNumber(int start, char first) throws InvalidOptionException {
        char c = first;
        if (c == '-') {
            c = digit(start);
        }
        if (c == '0') {
            if (position < text.length() && isDigit(text.charAt(position))) {
                position++;
                throw stray(start);
            }
        } else {
            skipDigits();
        }
        char kind = INTEGER;
        boolean mayHaveExponent = c != '0';
        if (position < text.length() && text.charAt(position) == '.') {
            position++;
            digit(start);
            skipDigits();
            kind = FLOAT;
            mayHaveExponent = true;
        }
        if (mayHaveExponent && position < text.length() && (text.charAt(position) | 0x20) == 'e') {
            position++;
            if (position < text.length()
                    && (text.charAt(position) == '+' || text.charAt(position) == '-')) {
                position++;
            }
            digit(start);
            skipDigits();
            kind = FLOAT;
        }
        return kind;
    }

    private char digit(int start) throws InvalidOptionException {
        if (position == text.length()) {
            throw stray(start);
        }
        char c = text.charAt(position++);
        if (!isDigit(c)) {
            throw stray(start);
        }
        return c;
    }

    private void skipDigits() {
        while (position < text.length() && isDigit(text.charAt(position))) {
            position++;
        }
    }

    private InvalidOptionException stray(int start) {
        return new InvalidOptionException(
                "JSON parse error, stray '" + text.substring(start, position) + "'");
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }
}
