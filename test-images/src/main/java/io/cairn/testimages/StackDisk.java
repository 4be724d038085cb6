package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.Options;

import java.util.Random;

/// The disk that a layer of a made-up stack is to show, and what the layer may stand on.
public interface StackDisk {
    /// What the disk holds at first; not to be changed.
    byte[] content();

    /// Where the layer's own choices come from.
    Random random();

    /// The graph that the stack will be opened in.
    TestGraph graph();

    /// Makes up the rest of a stack, which holds other content if the layer is to show it
    /// otherwise. A layer with several children asks several times.
    Options below(byte[] content) throws BlockException;

    /// A new file of the host.
    Options file(byte[] content);

    /// A name for the layer's node, to find it by.
    String newName();

    /// What must hold once the disk has been used.
    void afterwards(Check check);

    /// Looks at an open stack that nobody uses any more.
    @FunctionalInterface
    interface Check {
        void run(BlockGraph graph) throws BlockException;
    }
}
