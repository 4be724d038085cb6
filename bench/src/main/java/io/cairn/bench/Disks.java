package io.cairn.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Makes the disks that are compared on: the same bytes each time.
final class Disks {
    private static final int PIECE = 1 << 20;

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
