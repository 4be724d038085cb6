package io.cairn.format.crypto;

/// The compression function of Argon2 (RFC 9106, "Compression Function G"), with its working block.
/// For one thread.
final class Argon2Block {
    /// The longs of a block.
    static final int LONGS = 128;

    private static final long LOW = 0xffff_ffffL;
    private static final int ROW = 16;

    private final long[] sum = new long[LONGS];
    private final long[] mixed = new long[LONGS];

    /// Compresses two blocks into a third, which may be one of them.
    ///
    /// @param adds whether what the third holds is added to the result
    void compress(long[] x, int xAt, long[] y, int yAt, long[] result, int resultAt, boolean adds) {
        for (int i = 0; i < LONGS; i++) {
            long both = x[xAt + i] ^ y[yAt + i];
            sum[i] = both;
            mixed[i] = both;
        }
        for (int row = 0; row < LONGS; row += ROW) {
            permute(mixed, row, 2);
        }
        for (int column = 0; column < ROW; column += 2) {
            permute(mixed, column, ROW);
        }
        if (adds) {
            for (int i = 0; i < LONGS; i++) {
                result[resultAt + i] ^= sum[i] ^ mixed[i];
            }
        } else {
            for (int i = 0; i < LONGS; i++) {
                result[resultAt + i] = sum[i] ^ mixed[i];
            }
        }
    }

    /// The permutation P of eight pairs of longs, which the standard counts as sixteen words: each
    /// two lines are a quarter of its function GB.
    ///
    /// @param base where the first pair is
    /// @param stride from a pair to the next
    private static void permute(long[] v, int base, int stride) {
        long v0 = v[base];
        long v1 = v[base + 1];
        long v2 = v[base + stride];
        long v3 = v[base + stride + 1];
        long v4 = v[base + 2 * stride];
        long v5 = v[base + 2 * stride + 1];
        long v6 = v[base + 3 * stride];
        long v7 = v[base + 3 * stride + 1];
        long v8 = v[base + 4 * stride];
        long v9 = v[base + 4 * stride + 1];
        long v10 = v[base + 5 * stride];
        long v11 = v[base + 5 * stride + 1];
        long v12 = v[base + 6 * stride];
        long v13 = v[base + 6 * stride + 1];
        long v14 = v[base + 7 * stride];
        long v15 = v[base + 7 * stride + 1];
        v0 += v4 + 2 * (v0 & LOW) * (v4 & LOW);
        v12 = Long.rotateRight(v12 ^ v0, 32);
        v8 += v12 + 2 * (v8 & LOW) * (v12 & LOW);
        v4 = Long.rotateRight(v4 ^ v8, 24);
        v0 += v4 + 2 * (v0 & LOW) * (v4 & LOW);
        v12 = Long.rotateRight(v12 ^ v0, 16);
        v8 += v12 + 2 * (v8 & LOW) * (v12 & LOW);
        v4 = Long.rotateRight(v4 ^ v8, 63);
        v1 += v5 + 2 * (v1 & LOW) * (v5 & LOW);
        v13 = Long.rotateRight(v13 ^ v1, 32);
        v9 += v13 + 2 * (v9 & LOW) * (v13 & LOW);
        v5 = Long.rotateRight(v5 ^ v9, 24);
        v1 += v5 + 2 * (v1 & LOW) * (v5 & LOW);
        v13 = Long.rotateRight(v13 ^ v1, 16);
        v9 += v13 + 2 * (v9 & LOW) * (v13 & LOW);
        v5 = Long.rotateRight(v5 ^ v9, 63);
        v2 += v6 + 2 * (v2 & LOW) * (v6 & LOW);
        v14 = Long.rotateRight(v14 ^ v2, 32);
        v10 += v14 + 2 * (v10 & LOW) * (v14 & LOW);
        v6 = Long.rotateRight(v6 ^ v10, 24);
        v2 += v6 + 2 * (v2 & LOW) * (v6 & LOW);
        v14 = Long.rotateRight(v14 ^ v2, 16);
        v10 += v14 + 2 * (v10 & LOW) * (v14 & LOW);
        v6 = Long.rotateRight(v6 ^ v10, 63);
        v3 += v7 + 2 * (v3 & LOW) * (v7 & LOW);
        v15 = Long.rotateRight(v15 ^ v3, 32);
        v11 += v15 + 2 * (v11 & LOW) * (v15 & LOW);
        v7 = Long.rotateRight(v7 ^ v11, 24);
        v3 += v7 + 2 * (v3 & LOW) * (v7 & LOW);
        v15 = Long.rotateRight(v15 ^ v3, 16);
        v11 += v15 + 2 * (v11 & LOW) * (v15 & LOW);
        v7 = Long.rotateRight(v7 ^ v11, 63);
        v0 += v5 + 2 * (v0 & LOW) * (v5 & LOW);
        v15 = Long.rotateRight(v15 ^ v0, 32);
        v10 += v15 + 2 * (v10 & LOW) * (v15 & LOW);
        v5 = Long.rotateRight(v5 ^ v10, 24);
        v0 += v5 + 2 * (v0 & LOW) * (v5 & LOW);
        v15 = Long.rotateRight(v15 ^ v0, 16);
        v10 += v15 + 2 * (v10 & LOW) * (v15 & LOW);
        v5 = Long.rotateRight(v5 ^ v10, 63);
        v1 += v6 + 2 * (v1 & LOW) * (v6 & LOW);
        v12 = Long.rotateRight(v12 ^ v1, 32);
        v11 += v12 + 2 * (v11 & LOW) * (v12 & LOW);
        v6 = Long.rotateRight(v6 ^ v11, 24);
        v1 += v6 + 2 * (v1 & LOW) * (v6 & LOW);
        v12 = Long.rotateRight(v12 ^ v1, 16);
        v11 += v12 + 2 * (v11 & LOW) * (v12 & LOW);
        v6 = Long.rotateRight(v6 ^ v11, 63);
        v2 += v7 + 2 * (v2 & LOW) * (v7 & LOW);
        v13 = Long.rotateRight(v13 ^ v2, 32);
        v8 += v13 + 2 * (v8 & LOW) * (v13 & LOW);
        v7 = Long.rotateRight(v7 ^ v8, 24);
        v2 += v7 + 2 * (v2 & LOW) * (v7 & LOW);
        v13 = Long.rotateRight(v13 ^ v2, 16);
        v8 += v13 + 2 * (v8 & LOW) * (v13 & LOW);
        v7 = Long.rotateRight(v7 ^ v8, 63);
        v3 += v4 + 2 * (v3 & LOW) * (v4 & LOW);
        v14 = Long.rotateRight(v14 ^ v3, 32);
        v9 += v14 + 2 * (v9 & LOW) * (v14 & LOW);
        v4 = Long.rotateRight(v4 ^ v9, 24);
        v3 += v4 + 2 * (v3 & LOW) * (v4 & LOW);
        v14 = Long.rotateRight(v14 ^ v3, 16);
        v9 += v14 + 2 * (v9 & LOW) * (v14 & LOW);
        v4 = Long.rotateRight(v4 ^ v9, 63);
        v[base] = v0;
        v[base + 1] = v1;
        v[base + stride] = v2;
        v[base + stride + 1] = v3;
        v[base + 2 * stride] = v4;
        v[base + 2 * stride + 1] = v5;
        v[base + 3 * stride] = v6;
        v[base + 3 * stride + 1] = v7;
        v[base + 4 * stride] = v8;
        v[base + 4 * stride + 1] = v9;
        v[base + 5 * stride] = v10;
        v[base + 5 * stride + 1] = v11;
        v[base + 6 * stride] = v12;
        v[base + 6 * stride + 1] = v13;
        v[base + 7 * stride] = v14;
        v[base + 7 * stride + 1] = v15;
    }
}
