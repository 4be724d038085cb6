package io.cairn.format.qcow2;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// A number for each cluster of an image file, two bytes for most; memory grows with the clusters
/// that are counted, not with what a table claims.
final class ClusterCounts {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /// Stands for a number that `large` holds.
    private static final short LARGE = (short) 0xffff;

    private final long clusters;
    private final short[] @Nullable [] chunks;
    private final Map<Long, Long> large = new HashMap<>();

    /// Zero for each of a number of clusters.
    ClusterCounts(long clusters) {
        this.clusters = clusters;
        this.chunks = new short[Math.toIntExact((clusters + CHUNK - 1) >>> CHUNK_BITS)][];
    }

    /// How many clusters there are.
    long clusters() {
        return clusters;
    }

    /// The number of a cluster, 0 for one behind the last.
    long get(long cluster) {
        if (cluster >= clusters) {
            return 0;
        }
        short[] chunk = chunks[(int) (cluster >>> CHUNK_BITS)];
        if (chunk == null) {
            return 0;
        }
        short value = chunk[(int) cluster & (CHUNK - 1)];
        return value == LARGE ? large.getOrDefault(cluster, 0L) : Short.toUnsignedLong(value);
    }

    void set(long cluster, long value) {
        int index = (int) (cluster >>> CHUNK_BITS);
        short[] chunk = chunks[index];
        if (chunk == null) {
            chunk = new short[CHUNK];
            chunks[index] = chunk;
        }
        boolean fits = value >= 0 && value < 0xffff;
        chunk[(int) cluster & (CHUNK - 1)] = fits ? (short) value : LARGE;
        if (!fits) {
            large.put(cluster, value);
        }
    }

    /// Adds one.
    void increment(long cluster) {
        set(cluster, get(cluster) + 1);
    }
}
