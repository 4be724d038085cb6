package io.cairn.format.qcow2;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A number for each cluster of an image file, two bytes for most; memory grows with the clusters
/// that are counted, not with what a table claims.
final class ClusterCounts {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /// Stands for a number that `large` holds.
    private static final short LARGE = (short) 0xffff;

    private long clusters;
    private short[] @Nullable [] chunks;
    private final Map<Long, Long> large = new HashMap<>();

    /// Zero for each of a number of clusters.
    ClusterCounts(long clusters) {
        this.clusters = clusters;
        this.chunks = new short[chunks(clusters)][];
    }

    private static int chunks(long clusters) {
        return Math.toIntExact((clusters + CHUNK - 1) >>> CHUNK_BITS);
    }

    /// Adds clusters, with zero for each, if there are fewer than the given number.
    void growTo(long newClusters) {
        if (newClusters > clusters) {
            clusters = newClusters;
            chunks = Arrays.copyOf(chunks, chunks(newClusters));
        }
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

    /// Adds one; a cluster behind the last becomes the last.
    void increment(long cluster) {
        growTo(cluster + 1);
        set(cluster, get(cluster) + 1);
    }

    /// Takes one away, unless there is none: what lies behind the file's end was never counted.
    void decrement(long cluster) {
        long value = get(cluster);
        if (value != 0) {
            set(cluster, value - 1);
        }
    }

    /// The first cluster from `from` on whose number is zero; one behind the last if there is none.
    long firstZero(long from) {
        long cluster = from;
        while (cluster < clusters && get(cluster) != 0) {
            cluster++;
        }
        return cluster;
    }

    /// Whether every number of a range is zero.
    boolean allZero(long from, long to) {
        long end = Math.min(to, clusters);
        for (long cluster = from; cluster < end; cluster++) {
            if (chunks[(int) (cluster >>> CHUNK_BITS)] == null) {
                cluster |= CHUNK - 1;
            } else if (get(cluster) != 0) {
                return false;
            }
        }
        return true;
    }
}
