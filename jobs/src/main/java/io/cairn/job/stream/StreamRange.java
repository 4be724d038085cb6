package io.cairn.job.stream;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.rebase.BackingChain;
import io.cairn.job.scheduler.BlockJob;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The part of a chain that is streamed.
///
/// @param top the node that takes the data
/// @param bottom the last image whose data is copied; `top` if none is
/// @param last the last node that leaves the chain: `bottom`, or a filter between it and the base
/// @param hasBase true if something below `last` stays the backing file
record StreamRange(BlockNode top, BlockNode bottom, BlockNode last, boolean hasBase) {
    static StreamRange of(BlockGraph graph, BlockNode top, StreamOptions options)
            throws BlockException {
        requireOne("base", options.base(), "base-node", options.baseNode());
        requireOne("base", options.base(), "bottom", options.bottom());
        requireOne("bottom", options.bottom(), "base-node", options.baseNode());
        String bottom = options.bottom();
        if (bottom != null) {
            BlockNode last = BlockJob.findNode(graph, bottom);
            if (!ChainStatus.isInChain(top, last)) {
                throw new InvalidOptionException(
                        "Node '"
                                + bottom
                                + "' is not in a chain starting from '"
                                + top.name()
                                + "'");
            }
            if (last.isFilter()) {
                throw new InvalidOptionException(
                        "Node '" + bottom + "' is a filter, use a non-filter node as 'bottom'");
            }
            return new StreamRange(top, last, last, ChainStatus.below(last) != null);
        }
        BlockNode base = base(graph, top, options);
        BlockNode last = lastAbove(top, base);
        return new StreamRange(top, imageAbove(top, last), last, base != null);
    }

    private static void requireOne(
            String first, @Nullable Object a, String second, @Nullable Object b)
            throws BlockException {
        if (a != null && b != null) {
            throw new InvalidOptionException(
                    "'" + first + "' and '" + second + "' cannot be specified at the same time");
        }
    }

    private static @Nullable BlockNode base(BlockGraph graph, BlockNode top, StreamOptions options)
            throws BlockException {
        String filename = options.base();
        String name = options.baseNode();
        if (filename != null) {
            return BackingChain.find(top, filename)
                    .orElseThrow(() ->
                            new InvalidOptionException(
                                    "Can't find '" + filename + "' in the backing chain"));
        }
        if (name == null) {
            return null;
        }
        BlockNode base = BlockJob.findNode(graph, name);
        if (base == top || !ChainStatus.isInChain(top, base)) {
            throw new InvalidOptionException(
                    "Node '" + name + "' is not a backing image of '" + top.name() + "'");
        }
        return base;
    }

    private static BlockNode lastAbove(BlockNode top, @Nullable BlockNode base) {
        BlockNode node = top;
        for (BlockNode next = ChainStatus.below(node);
                next != null && next != base;
                next = ChainStatus.below(node)) {
            node = next;
        }
        return node;
    }

    private static BlockNode imageAbove(BlockNode top, BlockNode last) {
        BlockNode image = top;
        for (BlockNode node = top; node != null; node = ChainStatus.below(node)) {
            image = node.isFilter() ? image : node;
            if (node == last) {
                break;
            }
        }
        return image;
    }

    /// The node below the range now: other jobs may have changed what stands there.
    @Nullable BlockNode base() {
        return ChainStatus.below(last);
    }

    /// The nodes between `top` and `last`, the latter included.
    List<BlockNode> intermediates() {
        List<BlockNode> nodes = new ArrayList<>();
        BlockNode node = top;
        while (node != null && node != last) {
            node = ChainStatus.below(node);
            if (node != null) {
                nodes.add(node);
            }
        }
        return nodes;
    }
}
