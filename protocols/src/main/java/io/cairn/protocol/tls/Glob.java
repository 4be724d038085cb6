package io.cairn.protocol.tls;

/// Patterns as a shell has them: `*` for any text, `?` for one character, `[a-z]` and `[!a-z]` for
/// one of a set, `\` before what is meant as it stands.
final class Glob {
    private Glob() {}

    /// Whether a text fits a pattern, both from an index on.
    static boolean fits(String pattern, int from, String text, int at) {
        int p = from;
        int t = at;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            int next = p < pattern.length() ? afterOne(pattern, p, text.charAt(t)) : -1;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (next >= 0) {
                p = next;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /// The index behind what stands for one character, or -1 if that does not fit it.
    private static int afterOne(String pattern, int p, char c) {
        char first = pattern.charAt(p);
        if (first == '?') {
            return p + 1;
        }
        int close = first == '[' ? pattern.indexOf(']', p + 2) : -1;
        if (close > 0) {
            return isInSet(pattern.substring(p + 1, close), c) ? close + 1 : -1;
        }
        if (first == '\\' && p + 1 < pattern.length()) {
            return pattern.charAt(p + 1) == c ? p + 2 : -1;
        }
        return first == c && first != '*' ? p + 1 : -1;
    }

    private static boolean isInSet(String set, char c) {
        boolean isInverted = set.startsWith("!") || set.startsWith("^");
        boolean isFound = false;
        for (int i = isInverted ? 1 : 0; i < set.length(); i++) {
            if (i + 2 < set.length() && set.charAt(i + 1) == '-') {
                isFound |= set.charAt(i) <= c && c <= set.charAt(i + 2);
                i += 2;
            } else {
                isFound |= set.charAt(i) == c;
            }
        }
        return isFound != isInverted;
    }
}
