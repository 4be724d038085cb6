package io.cairn.format.qcow2;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Damages images where it hurts: in the header and its extensions, in each kind of table, in
/// packed data, and in the length of the file.
final class Qcow2Mutations {
    private static final int[] HEADER_INTS = {4, 16, 20, 32, 36, 56, 60, 96, 100};
    private static final int[] HEADER_LONGS = {8, 24, 40, 48, 64, 72, 80, 88};
    private static final int EXTENSIONS = 112;

    private final Random random;
    private final byte[] image;
    private final ByteBuffer bytes;
    private final List<String> done = new ArrayList<>();

    /// Mutations of a copy of a sound image.
    Qcow2Mutations(byte[] sound, Random random) {
        this.random = random;
        this.image = sound.clone();
        this.bytes = ByteBuffer.wrap(image);
    }

    /// What was done, for the message of a failure.
    List<String> done() {
        return done;
    }

    /// The image after one to four mutations.
    byte[] apply() {
        long l1 = bytes.getLong(40);
        long refcountTable = bytes.getLong(48);
        long snapshots = bytes.getLong(64);
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            switch (random.nextInt(12)) {
                case 0 -> putInt(HEADER_INTS[random.nextInt(HEADER_INTS.length)]);
                case 1 -> putLong(HEADER_LONGS[random.nextInt(HEADER_LONGS.length)]);
                case 2 -> putInt(EXTENSIONS + 4 * random.nextInt(16));
                case 3, 4 -> putLong(l1 + 8L * random.nextInt(16));
                case 5, 6 -> putLong(entryTarget(l1) + 8L * random.nextInt(64));
                case 7 -> putLong(refcountTable + 8L * random.nextInt(16));
                case 8 -> putByte(entryTarget(refcountTable) + random.nextInt(128));
                case 9 -> putInt(snapshots + 4L * random.nextInt(32));
                case 10 -> putByte(random.nextInt(image.length));
                default -> {
                    return cut();
                }
            }
        }
        return image.clone();
    }

    /// Where one of the first entries of a table leads.
    private long entryTarget(long table) {
        long at = table + 8L * random.nextInt(4);
        return at < 0 || at > image.length - 8
                ? 0
                : bytes.getLong((int) at) & Qcow2Layout.OFFSET_MASK;
    }

    private byte[] cut() {
        int length = random.nextInt(image.length);
        done.add("cut to " + length);
        return ByteBuffer.allocate(length).put(image, 0, length).array();
    }

    private void putByte(long at) {
        if (at >= 0 && at < image.length) {
            bytes.put((int) at, (byte) random.nextInt());
            done.add(at + ": byte " + bytes.get((int) at));
        }
    }

    private void putInt(long at) {
        if (at >= 0 && at <= image.length - 4) {
            long value = interesting();
            bytes.putInt((int) at, random.nextBoolean() ? (int) value : random.nextInt(40));
            done.add(at + ": int " + Integer.toHexString(bytes.getInt((int) at)));
        }
    }

    private void putLong(long at) {
        if (at >= 0 && at <= image.length - 8) {
            long value = interesting();
            long old = bytes.getLong((int) at);
            bytes.putLong(
                    (int) at,
                    switch (random.nextInt(4)) {
                        case 0 -> old ^ 1L << random.nextInt(64);
                        case 1 -> old + value;
                        default -> value;
                    });
            done.add(at + ": long " + Long.toHexString(bytes.getLong((int) at)));
        }
    }

    /// Values at the edges of what fields hold.
    private long interesting() {
        long shifted = 1L << random.nextInt(64);
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> shifted;
            case 3 -> shifted - 1;
            case 4 -> Qcow2Layout.COPIED | shifted;
            case 5 -> Qcow2Layout.COMPRESSED | random.nextLong() >>> 2;
            case 6 -> Qcow2Layout.COPIED | (long) random.nextInt(32) << 9;
            case 7 -> random.nextInt(image.length) & -512L;
            case 8 -> random.nextLong();
            default -> image.length & -512L;
        };
    }
}
