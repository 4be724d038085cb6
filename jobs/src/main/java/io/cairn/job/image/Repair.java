package io.cairn.job.image;

/// What a check repairs.
public enum Repair {
    /// Nothing: the image stays as it is.
    NOTHING,
    /// Clusters that nothing refers to are given back.
    LEAKS,
    /// Everything that can be.
    ALL
}
