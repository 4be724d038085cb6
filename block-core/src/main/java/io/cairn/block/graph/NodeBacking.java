package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.spi.BackingView;

/// What shows through a node where its driver has nothing.
final class NodeBacking implements BackingView {
    private final BlockNode node;

    NodeBacking(BlockNode node) {
        this.node = node;
    }

    @Override
    public boolean isPresent() {
        return node.backing() != null;
    }

    @Override
    public boolean readsAsZero(long offset, long length) throws BlockException {
        ChildEdge edge = node.backing();
        if (edge == null) {
            return true;
        }
        long end = Math.min(offset + length, edge.length());
        for (long position = offset; position < end; ) {
            ChainStatus below =
                    ChainStatus.above(edge.node(), null, position, end - position, false);
            if (!below.status().zero()) {
                return false;
            }
            position += below.status().length();
        }
        return true;
    }
}
