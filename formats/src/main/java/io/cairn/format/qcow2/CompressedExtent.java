package io.cairn.format.qcow2;

/// Where the data of a compressed cluster are (qcow2 specification, "Compressed Clusters
/// Descriptor").
///
/// @param offset host offset of the first byte
/// @param length bytes up to the end of the last 512-byte sector that holds some of them
record CompressedExtent(long offset, int length) {
    /// What an L2 entry says.
    static CompressedExtent of(long entry, Geometry geometry) {
        int shift = geometry.compressedSizeShift();
        long offset = entry & ((1L << shift) - 1);
        int sectors = (int) ((entry & (Qcow2Layout.COMPRESSED - 1)) >>> shift) + 1;
        int inSector = (int) offset & (Qcow2Layout.COMPRESSED_SECTOR - 1);
        return new CompressedExtent(offset, sectors * Qcow2Layout.COMPRESSED_SECTOR - inSector);
    }

    /// The L2 entry for data of an exact length.
    static long entry(long offset, int length, Geometry geometry) {
        long sector = Qcow2Layout.COMPRESSED_SECTOR;
        long more = (offset + length - 1) / sector - offset / sector;
        return Qcow2Layout.COMPRESSED | more << geometry.compressedSizeShift() | offset;
    }

    /// Whether an L2 entry can hold the offset.
    static boolean canHold(long offset, Geometry geometry) {
        int bits =
                Math.min(
                        geometry.compressedSizeShift(),
                        Long.numberOfTrailingZeros(Qcow2Layout.MAX_HOST_OFFSET));
        return offset >>> bits == 0;
    }

    /// The first host cluster that the data touch.
    long firstCluster(Geometry geometry) {
        return offset >>> geometry.clusterBits();
    }

    /// How many host clusters the data touch.
    long clusters(Geometry geometry) {
        return ((offset + length - 1) >>> geometry.clusterBits()) - firstCluster(geometry) + 1;
    }
}
