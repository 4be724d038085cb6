package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;

import org.jspecify.annotations.Nullable;

/// What a backing chain knows of a range.
///
/// @param status the answer of the layer that answers, with the length for which it is right
/// @param layer the node that answers; for a range that nothing in the chain holds, the last node
///   looked at
/// @param depth how many nodes were asked before that one, 0 for the top: of {@link #above} filters
///   are among them, of {@link #visible} they are not
public record ChainStatus(BlockStatus status, BlockNode layer, int depth) {
    /// True if the answering layer decides what a read gives: it holds the range, or the chain ends
    /// there and nobody says that the range is zero. Else the range shows what stands below the
    /// layers that were asked, or zeroes: those also where the first layer ends before the range.
    public boolean isHeld() {
        boolean isAnswered = status.length() > 0 && !status.zero() && below(layer) == null;
        return status.allocated() || isAnswered;
    }

    /// Looks from `top` down to but not including `base` (null: to the chain's end) for the layer
    /// that holds the start of a range. If none does, `allocated` of the answer is false. What
    /// filters above the base show is the base's.
    public static ChainStatus above(
            BlockNode top, @Nullable BlockNode base, long offset, long length, boolean wantZero)
            throws BlockException {
        BlockNode node = top;
        BlockStatus status = node.io().status(offset, length, wantZero);
        int depth = 0;
        long asked = length;
        while (!status.allocated() && status.length() > 0) {
            BlockNode next = below(node);
            if (next == null || (base != null && shows(next, base))) {
                break;
            }
            asked = Math.min(asked, status.length());
            BlockStatus deeper = next.io().status(offset, asked, wantZero);
            depth++;
            if (deeper.length() == 0) {
                // The layer above deferred to this one, which ends before: what it synthesises is
                // its own.
                return new ChainStatus(
                        new BlockStatus(asked, true, false, true, -1, null, false, status.eof()),
                        node,
                        depth - 1);
            }
            node = next;
            status = deeper.withEof(status.eof() && deeper.length() == asked);
        }
        return new ChainStatus(status, node, depth);
    }

    /// Looks from `top` down for the layer that says that the start of a range is data or zeroes:
    /// what `map` shows. Other than in {@link #above}, a layer whose backing node ends before the
    /// range says so without holding it.
    public static ChainStatus visible(BlockNode top, long offset, long length)
            throws BlockException {
        BlockNode node = behindFilters(top);
        BlockStatus status = node.io().status(offset, length, true);
        int depth = 0;
        while (!status.zero() && !status.data() && status.length() > 0) {
            ChildEdge backing = node.backing();
            if (backing == null) {
                status =
                        new BlockStatus(
                                status.length(),
                                false,
                                false,
                                false,
                                -1,
                                null,
                                false,
                                status.eof());
                break;
            }
            node = behindFilters(backing.node());
            status = node.io().status(offset, status.length(), true);
            depth++;
        }
        return new ChainStatus(status, node, depth);
    }

    private static BlockNode behindFilters(BlockNode top) {
        BlockNode node = top;
        for (BlockNode shown = node.filtered();
                shown != null && node.isFilter();
                shown = node.filtered()) {
            node = shown;
        }
        return node;
    }

    /// True if a node is `base`, or a filter that shows it.
    public static boolean shows(BlockNode node, BlockNode base) {
        BlockNode shown = node;
        while (shown != null && shown != base && shown.isFilter()) {
            shown = shown.filtered();
        }
        return shown == base;
    }

    /// True if a node is `top` or stands in the chain below it.
    public static boolean isInChain(BlockNode top, BlockNode sought) {
        BlockNode node = top;
        while (node != null && node != sought) {
            node = below(node);
        }
        return node != null;
    }

    /// The node that shows through an unallocated range: the backing node, or what a filter
    /// filters.
    public static @Nullable BlockNode below(BlockNode node) {
        ChildEdge backing = node.backing();
        return backing != null ? backing.node() : node.filtered();
    }

    /// The same as if there were no filters that jobs have put in and nobody has named.
    public static @Nullable BlockNode explicitBelow(BlockNode node) {
        BlockNode below = below(node);
        return below == null ? null : explicit(below);
    }

    /// A node, or what is below filters that jobs have put in and nobody has named.
    public static BlockNode explicit(BlockNode node) {
        BlockNode shown = node;
        for (BlockNode below = below(shown); shown.isImplicit() && below != null; ) {
            shown = below;
            below = below(shown);
        }
        return shown;
    }
}
