package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;

import org.jspecify.annotations.Nullable;

/// What a backing chain knows of a range.
///
/// @param status the answer of the layer that answers, with the length for which it is right
/// @param layer the node that answers; for a range that nothing in the chain holds, the last node
///   looked at
/// @param depth how many layers (filters not counted) above that node, 0 for the top
public record ChainStatus(BlockStatus status, BlockNode layer, int depth) {
    /// Looks from `top` down to but not including `base` (null: to the chain's end) for the layer
    /// that holds the start of a range. If none does, `allocated` of the answer is false.
    public static ChainStatus above(
            BlockNode top, @Nullable BlockNode base, long offset, long length, boolean wantZero)
            throws BlockException {
        BlockNode node = top;
        BlockStatus status = node.io().status(offset, length, wantZero);
        int depth = 0;
        long asked = length;
        while (!status.allocated() && status.length() > 0) {
            BlockNode next = below(node);
            if (next == null || next == base) {
                break;
            }
            asked = Math.min(asked, status.length());
            BlockStatus deeper = next.io().status(offset, asked, wantZero);
            depth += node.isFilter() ? 0 : 1;
            if (deeper.length() == 0) {
                // The layer above deferred to this one, which ends before: what it synthesises is
                // its own.
                return new ChainStatus(
                        new BlockStatus(asked, true, false, true, -1, null, false, status.eof()),
                        node,
                        depth - (node.isFilter() ? 0 : 1));
            }
            node = next;
            status = deeper.withEof(status.eof() && deeper.length() == asked);
        }
        return new ChainStatus(status, node, depth);
    }

    /// The node that shows through an unallocated range: the backing node, or what a filter
    /// filters.
    public static @Nullable BlockNode below(BlockNode node) {
        ChildEdge backing = node.backing();
        return backing != null ? backing.node() : node.filtered();
    }
}
