package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the `k=v,a.b=w,c.0=x` of `--blockdev` and `--object`.
///
/// A key is a name and, after dots, further names and indexes of lists. A name starts with a letter
/// and goes on with letters, digits, `-` and `_`; one that is not the project's own may have a
/// domain before it, `__com.redhat_`, dots included.
final class KeyvalParser {
    private static final int MAX_FRAGMENT = 127;

    private final PairScanner scanner;
    private final List<Keyval.Pair> pairs = new ArrayList<>();
    private final Set<String> leaves = new HashSet<>();
    private final Set<String> inner = new HashSet<>();

    private KeyvalParser(String text) {
        scanner = new PairScanner(text);
    }

    static Keyval parse(String text, @Nullable String impliedKey) throws InvalidOptionException {
        return new KeyvalParser(text).parse(impliedKey);
    }

    private Keyval parse(@Nullable String impliedKey) throws InvalidOptionException {
        boolean help = false;
        while (scanner.hasMore()) {
            String name = scanner.name();
            if (scanner.hasValue()) {
                String key = key(name);
                scanner.skipName();
                add(key, scanner.value());
                continue;
            }
            if (OptsParser.isHelp(name)) {
                help = true;
            } else if (scanner.isAtStart() && impliedKey != null && !name.isEmpty()) {
                add(impliedKey, name);
            } else {
                key(name);
                throw new InvalidOptionException("Expected '=' after parameter '" + name + "'");
            }
            scanner.skipName();
        }
        return new Keyval(pairs, help, List.of());
    }

    /// The key with its indexes in their shortest form, once each fragment is right and in keeping
    /// with the keys before.
    private String key(String key) throws InvalidOptionException {
        Nesting.checkDepth(key);
        StringBuilder path = new StringBuilder();
        int end = -1;
        do {
            int start = end + 1;
            end = fragmentEnd(key, start);
            if (end < 0 || (end < key.length() && key.charAt(end) != '.')) {
                throw new InvalidOptionException("Invalid parameter '" + key + "'");
            }
            if (end - start > MAX_FRAGMENT) {
                throw tooLong(key, key.substring(start, end));
            }
            if (start > 0) {
                claim(path.toString(), inner, leaves);
                path.append('.');
            }
            appendFragment(path, key.substring(start, end));
        } while (end < key.length());
        return path.toString();
    }

    private static InvalidOptionException tooLong(String key, String fragment) {
        String what = fragment.equals(key) ? "Parameter '" : "Parameter fragment '";
        return new InvalidOptionException(what + fragment + "' is too long");
    }

    private void add(String key, String value) throws InvalidOptionException {
        claim(key, leaves, inner);
        pairs.add(new Keyval.Pair(key, value));
    }

    private static void claim(String path, Set<String> own, Set<String> other)
            throws InvalidOptionException {
        if (other.contains(path)) {
            throw Nesting.inconsistent(path);
        }
        own.add(path);
    }

    private static void appendFragment(StringBuilder path, String fragment) {
        int zeroes = 0;
        if (Nesting.isIndex(fragment)) {
            while (zeroes < fragment.length() - 1 && fragment.charAt(zeroes) == '0') {
                zeroes++;
            }
        }
        path.append(fragment, zeroes, fragment.length());
    }

    /// Where the fragment at `start` ends, -1 if there is none.
    private static int fragmentEnd(String key, int start) {
        int end = start;
        if (start > 0) {
            while (end < key.length() && isDigit(key.charAt(end))) {
                end++;
            }
            if (end > start) {
                return end;
            }
        }
        if (key.startsWith("__", start)) {
            end = start + 2;
            while (end < key.length() && isDomain(key.charAt(end))) {
                end++;
            }
            if (end == key.length() || key.charAt(end) != '_') {
                return -1;
            }
            end++;
        }
        if (end == key.length() || !isLetter(key.charAt(end))) {
            return -1;
        }
        while (end < key.length() && isName(key.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isLetter(char c) {
        return c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isName(char c) {
        return isLetter(c) || isDigit(c) || c == '-' || c == '_';
    }

    private static boolean isDomain(char c) {
        return isLetter(c) || isDigit(c) || c == '-' || c == '.';
    }
}
