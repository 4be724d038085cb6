package io.cairn.qmp.hmp;

import io.cairn.block.option.Sizes;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What stands behind a command's name, taken apart as the command's parameters say.
final class Words {
    private final Map<String, String> values = new HashMap<>();
    private final String text;
    private int at;

    private Words(String text) {
        this.text = text;
    }

    /// Takes a line apart.
    ///
    /// @param name what the command is called in messages
    /// @throws QmpException if a word is missing, wrong or too much
    static Words parse(String name, List<Parameter> parameters, String text) throws QmpException {
        Words words = new Words(text);
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).kind() == Parameter.Kind.OPTION) {
                int end = i;
                while (end < parameters.size()
                        && parameters.get(end).kind() == Parameter.Kind.OPTION) {
                    end++;
                }
                words.takeOptions(name, parameters.subList(i, end));
                i = end - 1;
            } else {
                words.take(name, parameters.get(i));
            }
        }
        words.skipBlanks();
        if (words.at < text.length()) {
            throw QmpException.generic(name + ": extraneous characters at the end of line");
        }
        return words;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private void takeOptions(String name, List<Parameter> options) throws QmpException {
        skipBlanks();
        while (at + 1 < text.length() && text.charAt(at) == '-') {
            String letter = text.substring(at + 1, at + 2);
            if (options.stream().noneMatch(option -> option.name().equals(letter))) {
                throw QmpException.generic(name + ": unsupported option -" + letter);
            }
            values.put("-" + letter, "");
            at += 2;
            skipBlanks();
        }
    }

    private void take(String name, Parameter parameter) throws QmpException {
        skipBlanks();
        if (at == text.length() && parameter.isOptional()) {
            return;
        }
        String value =
                switch (parameter.kind()) {
                    case DEVICE, FILE, TEXT -> word();
                    case REST -> rest();
                    case NUMBER -> String.valueOf(number());
                    case SIZE -> String.valueOf(size());
                    case OPTION -> throw new IllegalStateException("an option is no word");
                };
        if (value == null) {
            throw QmpException.generic(name + ": " + parameter.kind().complaint());
        }
        values.put(parameter.name(), value);
    }

    /// The next word, of which blanks between double quotes are a part; null if there is none, or
    /// none that is well formed.
    private @Nullable String word() {
        if (at == text.length()) {
            return null;
        }
        StringBuilder word = new StringBuilder();
        if (text.charAt(at) == '"') {
            at++;
            return quoted(word) ? word.toString() : null;
        }
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            word.append(text.charAt(at++));
        }
        return word.toString();
    }

    private boolean quoted(StringBuilder word) {
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> word.append('\n');
                    case 'r' -> word.append('\r');
                    case '\\', '\'', '"' -> word.append(escaped);
                    default -> {
                        return false;
                    }
                }
            } else {
                word.append(c);
            }
        }
        return at++ < text.length();
    }

    private @Nullable String rest() {
        String rest = text.substring(at).strip();
        at = text.length();
        return rest.isEmpty() ? null : rest;
    }

    private long number() throws QmpException {
        int start = at;
        if (at == text.length()) {
            throw QmpException.generic("unexpected end of expression");
        }
        if (text.charAt(at) == '-' || text.charAt(at) == '+') {
            at++;
        }
        boolean isHex = text.regionMatches(true, at, "0x", 0, 2);
        at += isHex ? 2 : 0;
        int digits = at;
        while (at < text.length() && Character.digit(text.charAt(at), isHex ? 16 : 10) >= 0) {
            at++;
        }
        try {
            long value = Long.parseLong(text, digits, at, isHex ? 16 : 10);
            return text.charAt(start) == '-' ? -value : value;
        } catch (NumberFormatException e) {
            throw QmpException.generic(
                    at == digits
                            ? "invalid char '" + text.charAt(start) + "' in expression"
                            : "number too large");
        }
    }

    private long size() throws QmpException {
        int start = at;
        boolean isHex = text.regionMatches(true, at, "0x", 0, 2);
        at += isHex ? 2 : 0;
        while (at < text.length()
                && (Character.digit(text.charAt(at), isHex ? 16 : 10) >= 0
                        || (!isHex && text.charAt(at) == '.'))) {
            at++;
        }
        boolean hasSuffix =
                at > start && at < text.length() && "bBkKmMgGtTpPeE".indexOf(text.charAt(at)) >= 0;
        at += hasSuffix ? 1 : 0;
        long size = Sizes.parse(text.substring(start, at), 'M');
        if (at == start || size < 0) {
            throw QmpException.generic("invalid size");
        }
        return size;
    }

    boolean has(char option) {
        return values.containsKey("-" + option);
    }

    /// The word of a parameter that may be left out, or null.
    @Nullable String find(String name) {
        return values.get(name);
    }

    /// The word of a parameter that is always there.
    String get(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the command has no parameter " + name);
        }
        return value;
    }

    /// The number, or the bytes, of a parameter that is always there.
    long number(String name) {
        return Long.parseLong(get(name));
    }
}
