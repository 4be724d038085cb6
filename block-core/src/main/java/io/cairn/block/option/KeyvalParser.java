package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads the `k=v,a.b=w` of `--blockdev` and `--object`: every fragment of a key is a name or an
/// index.
final class KeyvalParser {
    private static final int MAX_FRAGMENT = 127;

    private final String text;
    private int position;

    private KeyvalParser(String text) {
        this.text = text;
    }

    static Keyval parse(String text, @Nullable String impliedKey) throws InvalidOptionException {
        return new KeyvalParser(text).parse(impliedKey);
    }

    private Keyval parse(@Nullable String impliedKey) throws InvalidOptionException {
        List<Keyval.Pair> pairs = new ArrayList<>();
        boolean help = false;
        while (position < text.length()) {
            int start = position;
            int end = start;
            while (end < text.length() && text.charAt(end) != '=' && text.charAt(end) != ',') {
                end++;
            }
            String key = text.substring(start, end);
            boolean hasValue = end < text.length() && text.charAt(end) == '=';
            if (!hasValue && OptsParser.isHelp(key)) {
                help = true;
                position = Math.min(end + 1, text.length());
            } else if (!hasValue && start == 0 && impliedKey != null && end > 0) {
                position = Math.min(end + 1, text.length());
                pairs.add(new Keyval.Pair(impliedKey, key));
            } else {
                checkKey(key);
                if (!hasValue) {
                    throw new InvalidOptionException("Expected '=' after parameter '" + key + "'");
                }
                position = end + 1;
                pairs.add(new Keyval.Pair(key, value()));
            }
        }
        return new Keyval(pairs, help, List.of());
    }

    private String value() {
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == ',') {
                if (position == text.length() || text.charAt(position) != ',') {
                    break;
                }
                position++;
            }
            value.append(c);
        }
        return value.toString();
    }

    private static void checkKey(String key) throws InvalidOptionException {
        int start = 0;
        while (true) {
            int dot = key.indexOf('.', start);
            int end = dot < 0 ? key.length() : dot;
            if (start == end || end - start > MAX_FRAGMENT) {
                throw new InvalidOptionException("Invalid parameter '" + key + "'");
            }
            if (dot < 0) {
                return;
            }
            start = dot + 1;
        }
    }
}
