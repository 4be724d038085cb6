package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.job.rebase.BackingChain;
import io.cairn.job.scheduler.BlockJob;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The part of a chain that is committed.
///
/// @param root the chain's root
/// @param top the topmost node whose data is committed
/// @param base the node that takes it
record CommitRange(BlockNode root, BlockNode top, BlockNode base) {
    static CommitRange of(BlockGraph graph, CommitOptions options) throws BlockException {
        BlockNode root = root(graph, options.device());
        if (!root.isRoot()) {
            throw new InvalidOptionException("Need a root block node");
        }
        requireOne("base-node", options.baseNode(), "base", options.base());
        requireOne("top-node", options.topNode(), "top", options.top());
        BlockNode top = top(graph, root, options);
        BlockNode base = base(graph, top, options);
        CommitRange range = new CommitRange(root, top, base);
        for (BlockNode node = top; node != null && node != base; node = ChainStatus.below(node)) {
            node.requireUnblocked("commit");
        }
        base.requireUnblocked("commit");
        BlockNode overlay = range.overlay();
        if (overlay != null) {
            overlay.requireUnblocked("commit");
        }
        if (top == base) {
            throw new InvalidOptionException("cannot commit an image into itself");
        }
        if (range.isActive() && options.backingFile() != null) {
            throw new InvalidOptionException(
                    "'backing-file' specified, but 'top' is the active layer");
        }
        return range;
    }

    private static BlockNode root(BlockGraph graph, String device) throws BlockException {
        if (graph.devices().find(device).isEmpty() && graph.find(device).isEmpty()) {
            throw new BlockException(Errno.ENODEV, "Device '" + device + "' not found");
        }
        return graph.lookup(device);
    }

    private static void requireOne(
            String first, @Nullable Object a, String second, @Nullable Object b)
            throws BlockException {
        if (a != null && b != null) {
            throw new InvalidOptionException(
                    "'" + first + "' and '" + second + "' are mutually exclusive");
        }
    }

    private static BlockNode top(BlockGraph graph, BlockNode root, CommitOptions options)
            throws BlockException {
        String filename = options.top();
        String name = options.topNode();
        if (name != null) {
            return inChain(root, BlockJob.findNode(graph, name));
        }
        if (filename == null || root.filename().equals(filename)) {
            return root;
        }
        return BackingChain.find(root, filename)
                .orElseThrow(() ->
                        new InvalidOptionException("Top image file " + filename + " not found"));
    }

    private static BlockNode base(BlockGraph graph, BlockNode top, CommitOptions options)
            throws BlockException {
        String filename = options.base();
        String name = options.baseNode();
        if (name != null) {
            return inChain(top, BlockJob.findNode(graph, name));
        }
        if (filename != null) {
            BlockNode found =
                    BackingChain.find(top, filename)
                            .orElseThrow(() ->
                                    new InvalidOptionException(
                                            "Can't find '" + filename + "' in the backing chain"));
            return inChain(top, found);
        }
        BlockNode deepest = top;
        for (BlockNode node = top; node != null; node = ChainStatus.below(node)) {
            deepest = node;
        }
        return deepest;
    }

    private static BlockNode inChain(BlockNode top, BlockNode node) throws BlockException {
        if (!ChainStatus.isInChain(top, node)) {
            throw new InvalidOptionException(
                    "'" + node.name() + "' is not in this backing file chain");
        }
        return node;
    }

    /// True if the top is what guests write to, if only through filters.
    boolean isActive() {
        return ChainStatus.shows(root, top);
    }

    /// The image above the top, which is to say that the base is its backing file; null if the top
    /// is what guests write to.
    private @Nullable BlockNode overlay() {
        BlockNode overlay = null;
        for (BlockNode node = root; node != null && node != top; node = ChainStatus.below(node)) {
            overlay = node.isFilter() ? overlay : node;
        }
        return overlay;
    }

    /// The nodes from the top down to the base, the latter excluded.
    List<BlockNode> nodes() {
        List<BlockNode> nodes = new ArrayList<>();
        for (BlockNode node = top; node != null && node != base; node = ChainStatus.below(node)) {
            nodes.add(node);
        }
        return nodes;
    }
}
