package io.cairn.block;

import java.util.Optional;

/// What anyone may know of a node of the graph.
public interface Node {
    /// The node's name, unique in its graph; generated names begin with `#block`.
    String name();

    /// The name of the backend that uses the node, if one with a name does, else the node's.
    String reference();

    /// The name of the node's driver, e.g. `qcow2`.
    String driver();

    /// The node's filename: plain where opening that gives the same node again, else `json:{…}`.
    String filename();

    /// The plain filename without options, where the node's driver has such a thing.
    Optional<String> exactFilename();

    /// The node's length in bytes, a multiple of 512.
    long length();

    /// True if the node was opened without the right to write.
    boolean isReadOnly();

    /// True if the node's driver is a filter.
    boolean isFilter();

    /// True if anything stands above the node: another node, a backend.
    boolean hasParents();
}
