package io.cairn.qmp.wire;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonDouble;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Builds a value from its tokens as they come. After the first problem everything is forgotten but
/// that.
final class ValueBuilder {
    private static final String NO_KEY = "key is not a string in object";

    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable JsonValue value;
    private @Nullable String problem;

    /// A list or an object that has begun. It has methods and is not switched over by patterns,
    /// since a server's first message would wait until such a switch is linked.
    private sealed interface Open {
        /// Takes the next token inside it; what is wrong with that, or null.
        @Nullable String token(ValueBuilder builder, TokenKind kind, TokenText text);

        /// Takes a value that is whole; what is wrong with that, or null.
        @Nullable String add(JsonValue element);
    }

    private static final class OpenArray implements Open {
        final List<JsonValue> elements = new ArrayList<>();
        boolean needsSeparator;
        boolean mayClose = true;

        @Override
        public @Nullable String token(ValueBuilder builder, TokenKind kind, TokenText text) {
            return builder.inArray(this, kind, text);
        }

        @Override
        public @Nullable String add(JsonValue element) {
            elements.add(element);
            needsSeparator = true;
            return null;
        }
    }

    private static final class OpenObject implements Open {
        final Map<String, JsonValue> members = new LinkedHashMap<>();
        @Nullable String key;
        boolean hasColon;
        boolean needsSeparator;
        boolean mayClose = true;

        @Override
        public @Nullable String token(ValueBuilder builder, TokenKind kind, TokenText text) {
            return builder.inObject(this, kind, text);
        }

        @Override
        public @Nullable String add(JsonValue element) {
            String name = key;
            if (name == null) {
                return NO_KEY;
            }
            key = null;
            needsSeparator = true;
            return members.putIfAbsent(name, element) == null ? null : "duplicate key";
        }
    }

    /// What is wrong with the tokens so far, null if nothing is.
    @Nullable String problem() {
        return problem;
    }

    /// The value that the tokens made, null if it is not whole.
    @Nullable JsonValue value() {
        return value;
    }

    void token(TokenKind kind, TokenText text) {
        if (problem != null) {
            return;
        }
        String wrong = open.isEmpty() ? begin(kind, text) : open.element().token(this, kind, text);
        if (wrong != null) {
            problem = wrong;
            open.clear();
            value = null;
        }
    }

    private @Nullable String inArray(OpenArray array, TokenKind kind, TokenText text) {
        if (array.needsSeparator) {
            if (kind == TokenKind.CLOSE_ARRAY) {
                open.pop();
                return add(new JsonArray(array.elements));
            }
            if (kind != TokenKind.COMMA) {
                return "expected separator in list";
            }
            array.needsSeparator = false;
            array.mayClose = false;
            return null;
        }
        if (kind == TokenKind.CLOSE_ARRAY && array.mayClose) {
            open.pop();
            return add(new JsonArray(array.elements));
        }
        return begin(kind, text);
    }

    private @Nullable String inObject(OpenObject object, TokenKind kind, TokenText text) {
        if (object.needsSeparator) {
            if (kind == TokenKind.CLOSE_OBJECT) {
                open.pop();
                return add(new JsonObject(object.members));
            }
            if (kind != TokenKind.COMMA) {
                return "expected separator in dict";
            }
            object.needsSeparator = false;
            object.mayClose = false;
            return null;
        }
        if (object.key == null) {
            if (kind == TokenKind.CLOSE_OBJECT && object.mayClose) {
                open.pop();
                return add(new JsonObject(object.members));
            }
            return key(object, kind, text);
        }
        if (!object.hasColon) {
            object.hasColon = true;
            return kind == TokenKind.COLON ? null : "missing : in object pair";
        }
        return begin(kind, text);
    }

    private @Nullable String key(OpenObject object, TokenKind kind, TokenText text) {
        return switch (kind) {
            case STRING -> {
                StringToken.Result result = StringToken.read(text);
                object.key = result.value();
                object.hasColon = false;
                yield result.problem();
            }
            case INTEGER, FLOAT -> NO_KEY;
            // What is wrong inside it is told first.
            case OPEN_OBJECT, OPEN_ARRAY -> begin(kind, text);
            case KEYWORD -> {
                String unknown = keywordProblem(text.ascii());
                yield unknown == null ? NO_KEY : unknown;
            }
            case CLOSE_OBJECT, CLOSE_ARRAY, COLON, COMMA -> "expecting value";
        };
    }

    /// Takes the first token of a value.
    private @Nullable String begin(TokenKind kind, TokenText text) {
        return switch (kind) {
            case OPEN_OBJECT -> {
                open.push(new OpenObject());
                yield null;
            }
            case OPEN_ARRAY -> {
                open.push(new OpenArray());
                yield null;
            }
            case STRING -> {
                StringToken.Result result = StringToken.read(text);
                String content = result.value();
                yield content == null ? result.problem() : add(new JsonString(content));
            }
            case INTEGER -> add(integer(text.ascii()));
            case FLOAT -> add(new JsonDouble(Double.parseDouble(text.ascii())));
            case KEYWORD -> keyword(text.ascii());
            case CLOSE_OBJECT, CLOSE_ARRAY, COLON, COMMA -> "expecting value";
        };
    }

    private @Nullable String keyword(String word) {
        String unknown = keywordProblem(word);
        if (unknown != null) {
            return unknown;
        }
        return add(word.equals("null") ? JsonNull.NULL : JsonValue.of(word.equals("true")));
    }

    private static @Nullable String keywordProblem(String word) {
        return word.equals("true") || word.equals("false") || word.equals("null")
                ? null
                : "invalid keyword '" + word + "'";
    }

    private static JsonValue integer(String digits) {
        try {
            return JsonValue.of(Long.parseLong(digits));
        } catch (NumberFormatException _) {
            // Beyond 63 bits: without a sign it may have 64.
        }
        if (digits.charAt(0) != '-') {
            try {
                return JsonValue.ofUnsigned(Long.parseUnsignedLong(digits));
            } catch (NumberFormatException _) {
                // Beyond 64 bits: only a double can hold it.
            }
        }
        return new JsonDouble(Double.parseDouble(digits));
    }

    private @Nullable String add(JsonValue element) {
        if (open.isEmpty()) {
            value = element;
            return null;
        }
        return open.element().add(element);
    }
}
