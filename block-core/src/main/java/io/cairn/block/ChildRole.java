package io.cairn.block;

/// What a child is to its parent node; an edge carries a set of these.
public enum ChildRole {
    /// Holds guest data.
    DATA,
    /// Holds the parent format's metadata.
    METADATA,
    /// The parent is a filter: the child shows the same data at the same offsets.
    FILTERED,
    /// Read where the parent has nothing allocated: a backing file.
    COW,
    /// The child that a name such as "the file under it" means; at most one a node.
    PRIMARY
}
