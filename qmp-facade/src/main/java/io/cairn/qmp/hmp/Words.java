package io.cairn.qmp.hmp;

import io.cairn.block.option.Sizes;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The words of a command: what stands between blanks, with blanks between double quotes belonging
/// to the word.
final class Words {
    private final Set<Character> flags = new HashSet<>();
    private final List<String> operands = new ArrayList<>();
    private int next;

    private Words() {}

    /// Splits what stands behind a command's name.
    ///
    /// @param flagLetters the letters of options that the command knows
    static Words parse(String text, String flagLetters) throws QmpException {
        Words words = new Words();
        for (String word : split(text)) {
            boolean isFlag =
                    word.length() >= 2
                            && word.startsWith("-")
                            && flagLetters.indexOf(word.charAt(1)) >= 0;
            if (isFlag) {
                for (char letter : word.substring(1).toCharArray()) {
                    words.flags.add(letter);
                }
            } else {
                words.operands.add(word);
            }
        }
        return words;
    }

    private static List<String> split(String text) throws QmpException {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return words;
            }
            StringBuilder word = new StringBuilder();
            if (text.charAt(at) == '"') {
                at = quoted(text, at + 1, word);
            } else {
                while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                    word.append(text.charAt(at++));
                }
            }
            words.add(word.toString());
        }
    }

    private static int quoted(String text, int start, StringBuilder word) throws QmpException {
        int at = start;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> word.append('\n');
                    case 'r' -> word.append('\r');
                    case '\\', '\'', '"' -> word.append(escaped);
                    default ->
                            throw QmpException.generic(
                                    "unsupported escape code: '\\" + escaped + "'");
                }
            } else {
                word.append(c);
            }
        }
        if (at == text.length()) {
            throw QmpException.generic("unterminated string");
        }
        return at + 1;
    }

    boolean has(char flag) {
        return flags.contains(flag);
    }

    /// The next operand, null behind the last.
    @Nullable String optional() {
        return next < operands.size() ? operands.get(next++) : null;
    }

    /// The next operand, which must be there.
    String required(String name) throws QmpException {
        String word = optional();
        if (word == null) {
            throw QmpException.generic(name + ": string expected");
        }
        return word;
    }

    /// A number, null behind the last word.
    @Nullable Long optionalNumber() throws QmpException {
        String word = optional();
        if (word == null) {
            return null;
        }
        try {
            return Long.decode(word);
        } catch (NumberFormatException e) {
            throw QmpException.generic("invalid char '" + word.charAt(0) + "' in expression");
        }
    }

    /// A number of bytes, of which one without a suffix is in MiB; null behind the last word.
    @Nullable Long optionalSize() throws QmpException {
        String word = optional();
        if (word == null) {
            return null;
        }
        boolean isPlain = word.chars().allMatch(Character::isDigit);
        long size = Sizes.parse(isPlain ? word + "M" : word);
        if (size < 0) {
            throw QmpException.generic("invalid size");
        }
        return size;
    }

    /// Whatever is left, a word each.
    List<String> rest() {
        List<String> rest =
                List.copyOf(operands.subList(Math.min(next, operands.size()), operands.size()));
        next = operands.size();
        return rest;
    }
}
