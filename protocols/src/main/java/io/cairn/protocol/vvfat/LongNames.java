package io.cairn.protocol.vvfat;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// The long names of one directory, which no two entries share whatever their case (FAT
/// specification, "FAT Long Directory Entries").
final class LongNames {
    /// The most UTF-16 units of a long name.
    static final int LIMIT = 255;

    private static final String ILLEGAL = "\"*/:<>?\\|";

    private final Set<String> taken = new HashSet<>();

    /// The long name under which a file is shown: its own, with `_` for what FAT does not allow,
    /// and without dots and spaces at the end, which its users do not see. Empty where there is
    /// none: nothing is left, or the name is taken already; the short name then stands alone.
    String add(String name) {
        String legal = legal(name);
        boolean isFree = !legal.isEmpty() && taken.add(key(legal));
        return isFree ? legal : "";
    }

    /// Notes that a name is taken, such as another entry's short name.
    void take(String name) {
        taken.add(key(name));
    }

    static String key(String name) {
        return name.toUpperCase(Locale.ROOT);
    }

    private static String legal(String name) {
        StringBuilder legal = new StringBuilder(name);
        for (int i = 0; i < legal.length(); i++) {
            if (!isLegal(legal.charAt(i))) {
                legal.setCharAt(i, '_');
            }
        }
        int end = Math.min(legal.length(), LIMIT);
        while (end > 0 && (legal.charAt(end - 1) == '.' || legal.charAt(end - 1) == ' ')) {
            end--;
        }
        return legal.substring(0, end);
    }

    static boolean isLegal(char c) {
        return c >= ' ' && c != 0x7f && ILLEGAL.indexOf(c) < 0;
    }
}
