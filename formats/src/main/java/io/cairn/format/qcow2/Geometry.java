package io.cairn.format.qcow2;

/// The numbers that follow from an image's cluster size and refcount width, and how offsets divide
/// by them.
///
/// @param clusterBits log2 of the cluster size, from 9 to 21
/// @param refcountOrder log2 of the bits of a refcount, from 0 to 6
record Geometry(int clusterBits, int refcountOrder) {
    int clusterSize() {
        return 1 << clusterBits;
    }

    int refcountBits() {
        return 1 << refcountOrder;
    }

    /// log2 of the entries of an L2 table.
    int l2Bits() {
        return clusterBits - 3;
    }

    int l2Entries() {
        return 1 << l2Bits();
    }

    /// log2 of the guest bytes that an L1 entry covers.
    int l1EntryBits() {
        return clusterBits + l2Bits();
    }

    /// log2 of the entries of a refcount block.
    int refblockBits() {
        return clusterBits + 3 - refcountOrder;
    }

    int refblockEntries() {
        return 1 << refblockBits();
    }

    /// The largest refcount that an entry holds; as unsigned for 64 bits.
    long maxRefcount() {
        return refcountOrder == Qcow2Layout.MAX_REFCOUNT_ORDER ? -1 : (1L << refcountBits()) - 1;
    }

    long offsetInCluster(long offset) {
        return offset & (clusterSize() - 1);
    }

    boolean isAligned(long offset) {
        return offsetInCluster(offset) == 0;
    }

    long alignDown(long offset) {
        return offset & -clusterSize();
    }

    long alignUp(long offset) {
        return (offset + clusterSize() - 1) & -clusterSize();
    }

    /// The clusters that hold a number of bytes.
    long clusters(long bytes) {
        return (bytes >>> clusterBits) + (offsetInCluster(bytes) == 0 ? 0 : 1);
    }

    /// The L1 entries that a guest disk of this size needs.
    ///
    /// @param size at most `Long.MAX_VALUE`
    long l1Entries(long size) {
        long mask = (1L << l1EntryBits()) - 1;
        return (size >>> l1EntryBits()) + ((size & mask) == 0 ? 0 : 1);
    }

    /// The shift of the sector count in a compressed cluster's descriptor.
    int compressedSizeShift() {
        return 62 - (clusterBits - 8);
    }
}
