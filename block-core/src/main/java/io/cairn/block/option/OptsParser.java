package io.cairn.block.option;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads the `k=v,k2,nok3` of `-o` and `--image-opts`.
final class OptsParser {
    private final String text;
    private int position;

    private OptsParser(String text) {
        this.text = text;
    }

    static Keyval parse(String text, @Nullable String impliedKey) {
        return new OptsParser(text).parse(impliedKey);
    }

    private Keyval parse(@Nullable String impliedKey) {
        List<Keyval.Pair> pairs = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        boolean help = false;
        while (position < text.length()) {
            int start = position;
            int nameEnd = nameEnd();
            String name = text.substring(position, nameEnd);
            boolean hasValue = nameEnd < text.length() && text.charAt(nameEnd) == '=';
            if (hasValue) {
                position = nameEnd + 1;
                pairs.add(new Keyval.Pair(name, value()));
            } else if (start == 0 && impliedKey != null) {
                pairs.add(new Keyval.Pair(impliedKey, value()));
            } else {
                position = Math.min(nameEnd + 1, text.length());
                if (isHelp(name)) {
                    pairs.add(new Keyval.Pair(name, "on"));
                } else {
                    pairs.add(flag(name, warnings));
                }
            }
            help |= !hasValue && isHelp(name);
        }
        return new Keyval(pairs, help, warnings);
    }

    private static Keyval.Pair flag(String name, List<String> warnings) {
        boolean off = name.startsWith("no");
        String key = off ? name.substring(2) : name;
        String value = off ? "off" : "on";
        warnings.add(
                "short-form boolean option '"
                        + name
                        + "' deprecated\nPlease use "
                        + key
                        + "="
                        + value
                        + " instead");
        return new Keyval.Pair(key, value);
    }

    private int nameEnd() {
        int i = position;
        while (i < text.length() && text.charAt(i) != '=' && text.charAt(i) != ',') {
            i++;
        }
        return i;
    }

    /// The value at the position, up to a single comma, which is passed over too.
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

    static boolean isHelp(String name) {
        return name.equals("help") || name.equals("?");
    }
}
