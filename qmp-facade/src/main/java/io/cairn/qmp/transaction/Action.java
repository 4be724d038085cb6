package io.cairn.qmp.transaction;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.qmp.command.QmpException;

import java.util.List;

/// One change of a transaction. What can fail happens in {@link #prepare}; afterwards either {@link
/// #commit} or {@link #abort} is called, once.
public interface Action {
    /// The nodes on which nothing may go on from before the first change to after the last, as far
    /// as they are there.
    default List<BlockNode> drained() {
        return List.of();
    }

    /// Makes the change, so that it can be undone. An action that fails here has undone what it did
    /// itself.
    void prepare() throws BlockException, QmpException;

    /// Makes the change final.
    default void commit() {}

    /// Undoes it.
    default void abort() {}
}
