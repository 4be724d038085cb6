package io.cairn.format.qcow2;

import io.cairn.block.InvalidOptionException;

/// How much metadata an open image keeps in memory (QEMU documentation, "qcow2-cache.txt").
///
/// @param l2SliceBytes bytes of an L2 slice, the unit in which L2 tables are cached
/// @param l2Slices slices kept at most, at least 2
/// @param refcountBlocks refcount blocks kept at most, at least 4
record CacheSizes(int l2SliceBytes, int l2Slices, int refcountBlocks) {
    private static final long DEFAULT_MAX_L2_BYTES = 32 << 20;
    private static final int DEFAULT_L2_SLICE_BYTES = 4096;
    private static final int MIN_L2_SLICES = 2;
    private static final int MIN_REFCOUNT_BLOCKS = 4;
    private static final int MIN_SLICE_BYTES = 512;

    /// What the user asked for; -1 where an option was not given.
    ///
    /// @param combinedBytes `cache-size`
    /// @param l2Bytes `l2-cache-size`
    /// @param l2EntryBytes `l2-cache-entry-size`
    /// @param refcountBytes `refcount-cache-size`
    record Request(long combinedBytes, long l2Bytes, long l2EntryBytes, long refcountBytes) {
        /// Nothing was asked for.
        static final Request DEFAULT = new Request(-1, -1, -1, -1);
    }

    /// The sizes for an image.
    ///
    /// @param guestBytes the length of the guest disk
    static CacheSizes of(Request request, Geometry geometry, long guestBytes)
            throws InvalidOptionException {
        requireConsistent(request);
        int clusterSize = geometry.clusterSize();
        long neededL2 = geometry.alignUp(geometry.clusters(guestBytes) * Long.BYTES);
        long minRefcount = (long) MIN_REFCOUNT_BLOCKS * clusterSize;
        long l2;
        long refcount;
        if (request.combinedBytes >= 0) {
            long combined = request.combinedBytes;
            if (request.l2Bytes >= 0) {
                l2 = request.l2Bytes;
                refcount = combined - l2;
            } else if (request.refcountBytes >= 0) {
                refcount = request.refcountBytes;
                l2 = combined - refcount;
            } else if (combined >= neededL2 + minRefcount) {
                l2 = neededL2;
                refcount = combined - l2;
            } else {
                refcount = Math.min(combined, minRefcount);
                l2 = combined - refcount;
            }
        } else {
            l2 = request.l2Bytes >= 0 ? request.l2Bytes : DEFAULT_MAX_L2_BYTES;
            refcount = request.refcountBytes >= 0 ? request.refcountBytes : minRefcount;
        }
        l2 = Math.min(l2, neededL2);
        int sliceBytes = sliceBytes(request, clusterSize, l2 >= neededL2);
        return new CacheSizes(
                sliceBytes,
                units(l2, sliceBytes, MIN_L2_SLICES, "L2 cache size too big"),
                units(refcount, clusterSize, MIN_REFCOUNT_BLOCKS, "Refcount cache size too big"));
    }

    private static void requireConsistent(Request request) throws InvalidOptionException {
        if (request.combinedBytes < 0) {
            return;
        }
        if (request.l2Bytes >= 0 && request.refcountBytes >= 0) {
            throw new InvalidOptionException(
                    "cache-size, l2-cache-size and refcount-cache-size may not be set at the same"
                            + " time");
        }
        if (request.l2Bytes > request.combinedBytes) {
            throw new InvalidOptionException("l2-cache-size may not exceed cache-size");
        }
        if (request.refcountBytes > request.combinedBytes) {
            throw new InvalidOptionException("refcount-cache-size may not exceed cache-size");
        }
    }

    private static int sliceBytes(Request request, int clusterSize, boolean coversAll)
            throws InvalidOptionException {
        if (request.l2EntryBytes < 0) {
            return coversAll ? clusterSize : Math.min(clusterSize, DEFAULT_L2_SLICE_BYTES);
        }
        long bytes = request.l2EntryBytes;
        if (bytes < MIN_SLICE_BYTES || bytes > clusterSize || Long.bitCount(bytes) != 1) {
            throw new InvalidOptionException(
                    "L2 cache entry size must be a power of two between "
                            + MIN_SLICE_BYTES
                            + " and the cluster size ("
                            + clusterSize
                            + ")");
        }
        return (int) bytes;
    }

    private static int units(long bytes, int unit, int min, String tooBig)
            throws InvalidOptionException {
        long units = Math.max(min, bytes / unit);
        if (units > Integer.MAX_VALUE) {
            throw new InvalidOptionException(tooBig);
        }
        return (int) units;
    }
}
