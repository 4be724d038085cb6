package io.cairn.format.qcow2;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The feature name table: what readers that do not know a feature call it.
///
/// | offset | size | field of an entry |
/// |---|---|---|
/// | 0 | 1 | 0 incompatible, 1 compatible, 2 autoclear |
/// | 1 | 1 | bit number |
/// | 2 | 46 | name, padded with zeroes |
final class FeatureNames {
    private static final int ENTRY_LENGTH = 48;
    private static final int NAME_LENGTH = 46;
    private static final int INCOMPATIBLE = 0;
    private static final int COMPATIBLE = 1;
    private static final int AUTOCLEAR = 2;

    private FeatureNames() {}

    /// The table that we write.
    static HeaderExtension table() {
        ByteBuffer out = ByteBuffer.allocate(8 * ENTRY_LENGTH);
        put(out, INCOMPATIBLE, 0, "dirty bit");
        put(out, INCOMPATIBLE, 1, "corrupt bit");
        put(out, INCOMPATIBLE, 2, "external data file");
        put(out, INCOMPATIBLE, 3, "compression type");
        put(out, INCOMPATIBLE, 4, "extended L2 entries");
        put(out, COMPATIBLE, 0, "lazy refcounts");
        put(out, AUTOCLEAR, 0, "bitmaps");
        put(out, AUTOCLEAR, 1, "raw external data");
        return new HeaderExtension(Qcow2Layout.EXTENSION_FEATURE_NAMES, out.array());
    }

    private static void put(ByteBuffer out, int kind, int bit, String name) {
        int start = out.position();
        out.put((byte) kind).put((byte) bit).put(name.getBytes(StandardCharsets.US_ASCII));
        out.position(start + ENTRY_LENGTH);
    }

    /// Names the given incompatible features by an image's own table, whose last entry may be cut
    /// off, and by number what it does not name.
    ///
    /// @param table the image's table, null if it has none
    static String describe(@Nullable HeaderExtension table, long features) {
        StringBuilder text = new StringBuilder();
        long unnamed = features;
        if (table != null) {
            ByteBuffer data = table.data();
            for (int at = 0; at + 2 < data.limit(); at += ENTRY_LENGTH) {
                int bit = data.get(at + 1);
                boolean isMeant =
                        data.get(at) == INCOMPATIBLE
                                && bit >= 0
                                && bit < Long.SIZE
                                && (features >>> bit & 1) != 0;
                if (isMeant) {
                    append(text, name(data, at + 2));
                    unnamed &= ~(1L << bit);
                }
            }
        }
        if (unnamed != 0) {
            append(text, "Unknown incompatible feature: " + Long.toHexString(unnamed));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String item) {
        text.append(text.isEmpty() ? "" : ", ").append(item);
    }

    private static String name(ByteBuffer data, int at) {
        int length = 0;
        int max = Math.min(NAME_LENGTH, data.limit() - at);
        while (length < max && data.get(at + length) != 0) {
            length++;
        }
        return StandardCharsets.UTF_8.decode(data.slice(at, length)).toString();
    }
}
