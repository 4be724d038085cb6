package io.cairn.block.graph;

/// The upper end of an edge: a node, a backend, or a job that holds a node.
interface Parent {
    /// How messages call it: `node 'a'`, `block device 'drive0'`.
    String description();

    /// New requests to the child stop before they are submitted. Calls nest and do not wait.
    void quiesce(ChildEdge edge);

    /// Ends one {@link #quiesce}.
    void resume(ChildEdge edge);

    /// Waits until no request of the parent is under way to the child. Called after {@link
    /// #quiesce}.
    void awaitIdle(ChildEdge edge);

    /// The child's length has changed.
    default void childResized(ChildEdge edge) {}
}
