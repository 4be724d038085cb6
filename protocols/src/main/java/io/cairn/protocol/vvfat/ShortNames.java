package io.cairn.protocol.vvfat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The short names of one directory: eight characters and three, in capitals, each only once (FAT
/// specification, "Name Limits and Character Sets", "Numeric-Tail Generation").
///
/// What a short name cannot have is left out, and the name then ends in `~1`, `~2`, … before its
/// extension, as it does where it was too long or is taken.
final class ShortNames {
    /// Bytes of a short name, without a dot.
    static final int LENGTH = 11;

    private static final int BASE = 8;
    private static final int EXTENSION = 3;
    private static final String SPECIAL = "!#$%&'()-@^_`{}~";

    private final Set<String> taken = new HashSet<>();

    /// The last number that was tried for a base and extension.
    private final Map<String, Integer> tails = new HashMap<>();

    /// Finds and takes the short name of a file; eleven characters, padded with spaces.
    String add(String name) {
        int stop = baseEnd(name);
        int dot = name.lastIndexOf('.');
        Part base = Part.of(name.substring(0, stop), BASE);
        Part extension = Part.of(dot >= stop ? name.substring(dot + 1) : "", EXTENSION);
        // What lies between the first dot and the last is lost.
        boolean isExact = base.isExact && extension.isExact && !base.text.isEmpty() && dot <= stop;
        String exact = pad(base.text, BASE) + pad(extension.text, EXTENSION);
        return isExact && taken.add(exact) ? exact : numbered(base.text, extension.text);
    }

    /// Where the base ends: at the first dot that has a legal character before it.
    private static int baseEnd(String name) {
        boolean hasBegun = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.' && hasBegun) {
                return i;
            }
            hasBegun |= isLegal(c);
        }
        return name.length();
    }

    private String numbered(String base, String extension) {
        String key = base + '.' + extension;
        int number = tails.getOrDefault(key, 0);
        while (true) {
            number++;
            String tail = "~" + number;
            String cut = base.substring(0, Math.min(base.length(), BASE - tail.length()));
            String name = pad(cut + tail, BASE) + pad(extension, EXTENSION);
            if (taken.add(name)) {
                tails.put(key, number);
                return name;
            }
        }
    }

    private static String pad(String text, int length) {
        return text + " ".repeat(length - text.length());
    }

    static boolean isLegal(char c) {
        return c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || c >= '0' && c <= '9'
                || SPECIAL.indexOf(c) >= 0;
    }

    /// Base or extension as far as it is legal and fits.
    private record Part(String text, boolean isExact) {
        static Part of(String name, int limit) {
            StringBuilder text = new StringBuilder();
            boolean isExact = true;
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (!isLegal(c) || text.length() == limit) {
                    isExact = false;
                } else {
                    text.append(c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
                }
            }
            return new Part(text.toString(), isExact);
        }
    }
}
