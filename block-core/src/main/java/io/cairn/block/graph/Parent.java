package io.cairn.block.graph;

/// The upper end of an edge: a node, a backend, or a job that holds a node.
interface Parent {
    /// How messages call it: `node 'a'`, `block device 'drive0'`.
    String description();

    /// True for a node that was opened by this parent's own options (a child edge of a node).
    default boolean isNode() {
        return false;
    }

    /// New requests to the child stop before they are submitted. Calls nest and do not wait.
    void quiesce(ChildEdge edge);

    /// Ends one {@link #quiesce}.
    void resume(ChildEdge edge);

    /// True while requests that the parent itself keeps going may still reach the child.
    boolean isBusy(ChildEdge edge);

    /// The child's length has changed.
    default void childResized(ChildEdge edge) {}
}
