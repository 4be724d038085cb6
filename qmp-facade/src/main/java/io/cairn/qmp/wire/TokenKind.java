package io.cairn.qmp.wire;

/// What a token is. The end of the text needs none: a value that is not whole is never told of.
enum TokenKind {
    OPEN_OBJECT,
    CLOSE_OBJECT,
    OPEN_ARRAY,
    CLOSE_ARRAY,
    COLON,
    COMMA,
    STRING,
    INTEGER,
    FLOAT,
    KEYWORD;

    /// The kind of a token of one byte, which nothing can follow.
    static TokenKind ofStructural(byte b) {
        return switch (b) {
            case '{' -> OPEN_OBJECT;
            case '}' -> CLOSE_OBJECT;
            case '[' -> OPEN_ARRAY;
            case ']' -> CLOSE_ARRAY;
            case ':' -> COLON;
            case ',' -> COMMA;
            default -> throw new IllegalArgumentException();
        };
    }

    static boolean isStructural(byte b) {
        return b == '{' || b == '}' || b == '[' || b == ']' || b == ':' || b == ',';
    }
}
