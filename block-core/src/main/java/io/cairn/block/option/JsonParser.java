package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Builds the value that a text's tokens make.
final class JsonParser {
    private final JsonLexer lexer;
    private List<JsonLexer.Token> tokens = List.of();
    private int next;

    JsonParser(String text) {
        lexer = new JsonLexer(text);
    }

    JsonValue parse() throws InvalidOptionException {
        if (!lexer.hasMore()) {
            throw new InvalidOptionException("Expecting a JSON value");
        }
        tokens = lexer.nextValue();
        JsonValue value = value(take());
        if (lexer.hasMore()) {
            throw new InvalidOptionException("Expecting at most one JSON value");
        }
        return value;
    }

    private JsonValue value(JsonLexer.Token token) throws InvalidOptionException {
        return switch (token.kind()) {
            case '{' -> object();
            case '[' -> array();
            case JsonLexer.STRING -> new JsonString(JsonUnescape.string(token.text()));
            case JsonLexer.INTEGER, JsonLexer.FLOAT -> number(token);
            case JsonLexer.KEYWORD -> keyword(token.text());
            default -> throw error("expecting value");
        };
    }

    private JsonObject object() throws InvalidOptionException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        JsonLexer.Token token = take();
        while (token.kind() != '}') {
            if (!(value(token) instanceof JsonString key)) {
                throw error("key is not a string in object");
            }
            if (take().kind() != ':') {
                throw error("missing : in object pair");
            }
            JsonValue value = value(take());
            if (members.putIfAbsent(key.value(), value) != null) {
                throw error("duplicate key");
            }
            token = afterSeparator("expected separator in dict", '}');
        }
        return new JsonObject(members);
    }

    private JsonArray array() throws InvalidOptionException {
        List<JsonValue> elements = new ArrayList<>();
        JsonLexer.Token token = take();
        while (token.kind() != ']') {
            elements.add(value(token));
            token = afterSeparator("expected separator in list", ']');
        }
        return new JsonArray(elements);
    }

    /// The token after a comma, which cannot close, or the closing one itself.
    private JsonLexer.Token afterSeparator(String problem, char close)
            throws InvalidOptionException {
        JsonLexer.Token token = take();
        if (token.kind() == close) {
            return token;
        }
        if (token.kind() != ',') {
            throw error(problem);
        }
        JsonLexer.Token following = take();
        if (following.kind() == close) {
            throw error("expecting value");
        }
        return following;
    }

    private static JsonValue number(JsonLexer.Token token) {
        String text = token.text();
        if (token.kind() == JsonLexer.INTEGER) {
            try {
                return JsonValue.of(Long.parseLong(text));
            } catch (NumberFormatException e) {
                // beyond 63 bits: without a sign it may have 64
            }
            if (text.charAt(0) != '-') {
                try {
                    return JsonValue.ofUnsigned(Long.parseUnsignedLong(text));
                } catch (NumberFormatException e) {
                    // beyond 64 bits: only a double can hold it
                }
            }
        }
        return new JsonDouble(Double.parseDouble(text));
    }

    private static JsonValue keyword(String text) throws InvalidOptionException {
        return switch (text) {
            case "true" -> JsonBoolean.TRUE;
            case "false" -> JsonBoolean.FALSE;
            case "null" -> JsonNull.NULL;
            default -> throw error("invalid keyword '" + text + "'");
        };
    }

    private JsonLexer.Token take() throws InvalidOptionException {
        if (next == tokens.size()) {
            throw error("premature EOI");
        }
        return tokens.get(next++);
    }

    static InvalidOptionException error(String problem) {
        return new InvalidOptionException("JSON parse error, " + problem);
    }
}
