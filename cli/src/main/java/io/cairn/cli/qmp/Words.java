package io.cairn.cli.qmp;

import io.cairn.cli.console.ToolException;

import java.util.ArrayList;
import java.util.List;

/// Splits a line of the shell into words.
///
/// Blanks part words. Quotes of either kind keep what is between them together and go away; within
/// double quotes a backslash takes the next character as it is. A value that starts with a bracket
/// is JSON and is kept as it is written, up to the bracket that closes it.
final class Words {
    private final String line;
    private final List<String> words = new ArrayList<>();
    private int next;

    private Words(String line) {
        this.line = line;
    }

    /// @throws ToolException if a quote or bracket is not closed
    static List<String> split(String line) throws ToolException {
        Words words = new Words(line);
        words.run();
        return words.words;
    }

    private void run() throws ToolException {
        while (true) {
            while (next < line.length() && isBlank(line.charAt(next))) {
                next++;
            }
            if (next == line.length()) {
                return;
            }
            words.add(word());
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r';
    }

    private String word() throws ToolException {
        StringBuilder word = new StringBuilder();
        boolean startsValue = false;
        while (next < line.length() && !isBlank(line.charAt(next))) {
            char c = line.charAt(next);
            if (startsValue && (c == '{' || c == '[')) {
                int start = next;
                skipJson();
                word.append(line, start, next);
            } else if (c == '"' || c == '\'') {
                quoted(c, word);
            } else {
                word.append(c);
                next++;
            }
            startsValue = c == '=' && word.indexOf("=") == word.length() - 1;
        }
        return word.toString();
    }

    private void quoted(char quote, StringBuilder word) throws ToolException {
        int start = next++;
        while (next < line.length() && line.charAt(next) != quote) {
            if (quote == '"' && line.charAt(next) == '\\' && next + 1 < line.length()) {
                next++;
            }
            word.append(line.charAt(next++));
        }
        if (next == line.length()) {
            throw ToolException.of("the quote at " + line.substring(start) + " is not closed");
        }
        next++;
    }

    /// Passes over a JSON value whose bracket is next. That it is right is seen to later.
    private void skipJson() throws ToolException {
        int start = next;
        int depth = 0;
        char quote = 0;
        while (next < line.length()) {
            char c = line.charAt(next++);
            if (quote != 0) {
                if (c == '\\') {
                    next++;
                } else if (c == quote) {
                    quote = 0;
                }
                continue;
            }
            switch (c) {
                case '"', '\'' -> quote = c;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            if (depth == 0) {
                return;
            }
        }
        throw ToolException.of("the bracket at " + line.substring(start) + " is not closed");
    }
}
