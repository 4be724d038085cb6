package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Node;

import java.util.Set;

/// A driver whose node gains and loses children while it is open. All calls come while the node is
/// drained, one at a time.
public interface ChangingChildren {
    /// What a new child will be to the node.
    ///
    /// @param name the edge's name
    record Place(String name, Set<ChildRole> roles) {}

    /// The place of a further child.
    ///
    /// @throws BlockException if the node takes no further child, or not this one
    Place placeOf(Node candidate) throws BlockException;

    /// The edge to a new child is there.
    void added(Child child);

    /// @throws BlockException if the node cannot do without the child
    void requireRemovable(Child child) throws BlockException;

    /// The edge to a child is about to go.
    void removed(Child child);
}
