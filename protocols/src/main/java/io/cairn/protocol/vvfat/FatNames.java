package io.cairn.protocol.vvfat;

import java.util.Locale;

/// Short names as a user writes them.
final class FatNames {
    private static final int BASE = 8;

    private FatNames() {}

    /// `NAME.EXT` of the eleven characters of a short name.
    ///
    /// @param caseBits which part is shown in small letters
    static String ofShort(String shortName, int caseBits) {
        String base = shortName.substring(0, BASE).stripTrailing();
        String extension = shortName.substring(BASE).stripTrailing();
        if ((caseBits & DirectoryFormat.LOWER_BASE) != 0) {
            base = base.toLowerCase(Locale.ROOT);
        }
        if ((caseBits & DirectoryFormat.LOWER_EXTENSION) != 0) {
            extension = extension.toLowerCase(Locale.ROOT);
        }
        return extension.isEmpty() ? base : base + "." + extension;
    }
}
