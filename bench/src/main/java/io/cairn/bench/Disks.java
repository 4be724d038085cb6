package io.cairn.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Makes the disks that are compared on: the same bytes each time.
final class Disks {
    private static final int PIECE = 1 << 20;
    private static final long COPIED = 1L << 63;

    private Disks() {}

    /// A raw disk with data in every piece: half of each piece is random, half compresses well.
    static void full(Path file, long length) throws IOException {
        Random random = new Random(1);
        byte[] piece = new byte[PIECE];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            for (long offset = 0; offset < length; offset += PIECE) {
                fill(piece, random);
                out.write(piece);
            }
        }
    }

    /// A raw disk of a length with data spread over it.
    static void sparse(Path file, long length, long data) throws IOException {
        Random random = new Random(2);
        byte[] piece = new byte[PIECE];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(length);
            long step = length / (data / PIECE) / PIECE * PIECE;
            for (long i = 0; i < data / PIECE; i++) {
                fill(piece, random);
                out.seek(i * step);
                out.write(piece);
            }
        }
    }

    /// A raw disk with single pieces of data, each followed by a hole of the same length.
    static void striped(Path file, int extents, int length) throws IOException {
        byte[] piece = new byte[length];
        new Random(3).nextBytes(piece);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(2L * extents * length);
            for (int i = 0; i < extents; i++) {
                out.seek(2L * i * length);
                out.write(piece);
            }
        }
    }

    /// A qcow2 image of 64 KiB clusters whose guest clusters were allocated in random order, as a
    /// guest does that writes here and there: the metadata and a hole for the data.
    static void scattered(Path file, int clusters) throws IOException {
        int clusterBits = 16;
        int tables = clusters / 1200 + 1;
        int blocks = (clusters + tables) / (1 << (clusterBits - 1)) + 1;
        long l1 = 2L + blocks;
        long firstTable = l1 + 1;
        long firstData = firstTable + tables;
        long all = firstData + clusters;
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(all << clusterBits);
            ByteBuffer header = ByteBuffer.allocate(104);
            header.putInt(0x514649fb).putInt(3);
            header.position(20);
            header.putInt(clusterBits).putLong((long) tables << (2 * clusterBits - 3));
            header.putInt(0).putInt(tables).putLong(l1 << clusterBits);
            header.putLong(1L << clusterBits).putInt(1);
            header.putInt(96, 4).putInt(100, 104);
            write(out, 0, header);
            write(out, 1L << clusterBits, entries(2, blocks, clusterBits, 0));
            for (int i = 0; i < blocks; i++) {
                long first = (long) i << (clusterBits - 1);
                int counts = (int) Math.min(all - first, 1 << (clusterBits - 1));
                ByteBuffer block = ByteBuffer.allocate(2 * counts);
                while (block.hasRemaining()) {
                    block.putShort((short) 1);
                }
                write(out, (2L + i) << clusterBits, block);
            }
            write(out, l1 << clusterBits, entries(firstTable, tables, clusterBits, COPIED));
            write(out, firstTable << clusterBits, scatter(clusters, tables, firstData));
        }
    }

    /// The L2 tables: every host cluster at a place of its own.
    private static ByteBuffer scatter(int clusters, int tables, long firstData) {
        Random random = new Random(4);
        int places = tables << 13;
        ByteBuffer l2 = ByteBuffer.allocate(places * Long.BYTES);
        for (long i = 0; i < clusters; ) {
            int place = random.nextInt(places) * Long.BYTES;
            if (l2.getLong(place) == 0) {
                l2.putLong(place, (firstData + i) << 16 | COPIED);
                i++;
            }
        }
        return l2.position(l2.limit());
    }

    private static ByteBuffer entries(long first, int count, int clusterBits, long flags) {
        ByteBuffer table = ByteBuffer.allocate(count * Long.BYTES);
        for (int i = 0; i < count; i++) {
            table.putLong((first + i) << clusterBits | flags);
        }
        return table;
    }

    private static void write(RandomAccessFile out, long offset, ByteBuffer filled)
            throws IOException {
        out.seek(offset);
        out.write(filled.array(), filled.arrayOffset(), filled.capacity());
    }

    private static void fill(byte[] piece, Random random) {
        byte[] noise = new byte[PIECE / 2];
        random.nextBytes(noise);
        for (int i = 0; i < PIECE; i += 4096) {
            boolean isNoise = (i / 4096) % 2 == 0;
            if (isNoise) {
                System.arraycopy(noise, i / 2, piece, i, 4096);
            } else {
                byte value = (byte) random.nextInt();
                for (int k = i; k < i + 4096; k++) {
                    piece[k] = (byte) (value + (k & 7));
                }
            }
        }
    }

    /// Removes a file that may not be there.
    static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
