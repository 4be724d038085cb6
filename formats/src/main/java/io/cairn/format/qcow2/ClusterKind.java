package io.cairn.format.qcow2;

/// What an L2 entry says of a guest cluster.
enum ClusterKind {
    /// The backing file answers.
    UNALLOCATED,
    /// Zeroes, without space of its own.
    ZERO_PLAIN,
    /// Zeroes, with a host cluster reserved.
    ZERO_ALLOCATED,
    /// A host cluster with the data.
    DATA,
    /// Compressed data somewhere in the file.
    COMPRESSED;

    /// The kind of an entry, reserved bits ignored.
    static ClusterKind of(long entry) {
        if ((entry & Qcow2Layout.COMPRESSED) != 0) {
            return COMPRESSED;
        }
        boolean hasSpace = (entry & Qcow2Layout.OFFSET_MASK) != 0;
        if ((entry & Qcow2Layout.ZERO) != 0) {
            return hasSpace ? ZERO_ALLOCATED : ZERO_PLAIN;
        }
        return hasSpace ? DATA : UNALLOCATED;
    }

    /// Whether the entry holds the offset of a host cluster of its own.
    boolean hasHostCluster() {
        return this == DATA || this == ZERO_ALLOCATED;
    }

    /// Whether the cluster reads as zeroes by itself.
    boolean isZero() {
        return this == ZERO_PLAIN || this == ZERO_ALLOCATED;
    }
}
