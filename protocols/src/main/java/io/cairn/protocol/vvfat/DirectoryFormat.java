package io.cairn.protocol.vvfat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/// The entries of a directory (FAT specification, "FAT Directory Structure", "FAT Long Directory
/// Entries").
///
/// | offset | size | field of an entry |
/// |---|---|---|
/// | 0 | 11 | short name: eight characters and three |
/// | 11 | 1 | attributes |
/// | 12 | 1 | case of the short name, as Windows NT keeps it |
/// | 14 | 4 | time and date of creation |
/// | 18 | 2 | date of the last access |
/// | 20 | 2 | upper half of the first cluster |
/// | 22 | 4 | time and date of the last write |
/// | 26 | 2 | lower half of the first cluster |
/// | 28 | 4 | length |
///
/// A long name stands before its entry, its last part first, thirteen UTF-16 units in each entry.
final class DirectoryFormat {
    /// Bytes of an entry.
    static final int ENTRY = 32;

    static final int ATTRIBUTES = 11;
    static final int CASE = 12;
    static final int CLUSTER_HIGH = 20;
    static final int CLUSTER_LOW = 26;
    static final int LENGTH = 28;

    static final int READ_ONLY = 0x01;
    static final int VOLUME_LABEL = 0x08;
    static final int DIRECTORY = 0x10;
    static final int ARCHIVE = 0x20;
    static final int LONG_NAME = 0x0f;
    static final int LONG_NAME_MASK = 0x3f;

    static final int LOWER_BASE = 0x08;
    static final int LOWER_EXTENSION = 0x10;

    /// First byte of an entry that is free, and of one behind which all are.
    static final int FREE = 0xe5;

    static final int END = 0;

    /// What stands for a first byte of {@link #FREE}.
    static final int KANJI_E5 = 0x05;

    /// Marks the entry with the last part of a long name, which comes first.
    static final int LAST_PART = 0x40;

    /// UTF-16 units of a long name in one entry, and where they are.
    static final int PART = 13;

    private static final int[] UNITS = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    private static final int CHECKSUM = 13;

    private static final LocalDateTime EARLIEST = LocalDateTime.of(1980, 1, 1, 0, 0, 0);
    private static final LocalDateTime LATEST = LocalDateTime.of(2107, 12, 31, 23, 59, 58);

    private DirectoryFormat() {}

    /// How many entries a file of this long name takes.
    static int entries(String longName) {
        return 1 + (longName.length() + PART - 1) / PART;
    }

    /// Writes the entries of a long name and returns the offset behind them.
    static int putLongName(byte[] b, int at, String longName, String shortName) {
        int parts = entries(longName) - 1;
        int checksum = checksum(shortName);
        int next = at;
        for (int part = parts; part > 0; part--) {
            b[next] = (byte) (part == parts ? part | LAST_PART : part);
            b[next + ATTRIBUTES] = LONG_NAME;
            b[next + CHECKSUM] = (byte) checksum;
            for (int i = 0; i < PART; i++) {
                int unit = (part - 1) * PART + i;
                int end = unit == longName.length() ? 0 : 0xffff;
                Little.put16(
                        b, next + UNITS[i], unit < longName.length() ? longName.charAt(unit) : end);
            }
            next += ENTRY;
        }
        return next;
    }

    /// The number of a long name's part, from 1.
    static int partNumber(byte[] b, int at) {
        return b[at] & 0x1f;
    }

    static boolean isLastPart(byte[] b, int at) {
        return (b[at] & LAST_PART) != 0;
    }

    static int checksumOf(byte[] b, int at) {
        return b[at + CHECKSUM] & 0xff;
    }

    /// The text in one part of a long name, up to its end.
    static String partText(byte[] b, int at) {
        StringBuilder text = new StringBuilder();
        for (int unit : UNITS) {
            int c = Little.get16(b, at + unit);
            if (c == 0) {
                break;
            }
            text.append((char) c);
        }
        return text.toString();
    }

    /// The checksum that binds a long name to its short one.
    static int checksum(String shortName) {
        int sum = 0;
        for (int i = 0; i < ShortNames.LENGTH; i++) {
            sum = ((sum & 1) << 7) + (sum >> 1) + (shortName.charAt(i) & 0xff) & 0xff;
        }
        return sum;
    }

    /// Writes the entry of a file or directory and returns the offset behind it.
    static int putEntry(byte[] b, int at, String shortName, HostNode node, int firstCluster) {
        Little.putText(b, at, ShortNames.LENGTH, shortName);
        b[at + ATTRIBUTES] = (byte) node.attributes();
        HostNode.Times times = node.times();
        Little.put32(b, at + 14, timestamp(times.changed()));
        Little.put16(b, at + 18, timestamp(times.accessed()) >>> 16);
        Little.put16(b, at + CLUSTER_HIGH, firstCluster >>> 16);
        Little.put32(b, at + 22, timestamp(times.modified()));
        Little.put16(b, at + CLUSTER_LOW, firstCluster);
        Little.put32(b, at + LENGTH, node.isDirectory() ? 0 : (int) node.length());
        return at + ENTRY;
    }

    /// Writes the entry of the volume's label and returns the offset behind it.
    static int putLabel(byte[] b, int at, byte[] label) {
        System.arraycopy(label, 0, b, at, label.length);
        b[at + ATTRIBUTES] = VOLUME_LABEL | ARCHIVE;
        return at + ENTRY;
    }

    /// Time in the lower half, date in the upper: local time, as FAT has it, between 1980 and 2107.
    static int timestamp(long seconds) {
        LocalDateTime time =
                LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), ZoneId.systemDefault());
        if (time.isBefore(EARLIEST)) {
            time = EARLIEST;
        } else if (time.isAfter(LATEST)) {
            time = LATEST;
        }
        int clock = time.getHour() << 11 | time.getMinute() << 5 | time.getSecond() / 2;
        int date = time.getYear() - 1980 << 9 | time.getMonthValue() << 5 | time.getDayOfMonth();
        return date << 16 | clock;
    }
}
