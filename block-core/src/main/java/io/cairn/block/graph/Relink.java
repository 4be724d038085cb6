package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a reopening makes of a node's links to its storage and its backing node: another node, if
/// the options name one, or none.
///
/// Used under the graph's writer lock by one thread.
final class Relink {
    private static final String FILE = "file";
    private static final String BACKING = "backing";

    private final BlockGraph graph;
    private final BlockNode node;
    private final @Nullable JsonValue file;
    private final @Nullable JsonValue backing;

    /// @param options the node's new options
    Relink(BlockGraph graph, BlockNode node, Options options) {
        this.graph = graph;
        this.node = node;
        this.file = node.child(FILE).isPresent() ? options.get(FILE) : null;
        this.backing = node.blockDriver().supportsBacking() ? options.get(BACKING) : null;
    }

    /// Removes the options that say it.
    void takeFrom(Options options) {
        if (file != null) {
            options.take(FILE);
        }
        if (backing != null) {
            options.take(BACKING);
        }
    }

    /// The other nodes at the links that change, which have to be quiet meanwhile.
    List<BlockNode> concerned() {
        List<BlockNode> nodes = new ArrayList<>();
        addConcerned(FILE, file, nodes);
        addConcerned(BACKING, backing, nodes);
        return nodes;
    }

    private void addConcerned(String name, @Nullable JsonValue value, List<BlockNode> nodes) {
        if (value == null) {
            return;
        }
        node.child(name).ifPresent(edge -> nodes.add(edge.node()));
        if (value != JsonNull.NULL) {
            graph.find(value.asText()).ifPresent(nodes::add);
        }
    }

    /// Changes the links, unless the transaction is aborted. Permissions are left to be updated.
    void apply(GraphTransaction transaction) throws BlockException {
        if (backing != null) {
            lead(BACKING, find(backing), transaction);
        }
        if (file != null) {
            lead(FILE, find(file), transaction);
        }
    }

    private @Nullable BlockNode find(JsonValue value) throws BlockException {
        if (value == JsonNull.NULL) {
            return null;
        }
        String name = value.asText();
        return graph.find(name)
                .orElseThrow(() ->
                        new BlockException(
                                Errno.EINVAL,
                                "Cannot find device='' nor node-name='" + name + "'"));
    }

    private void lead(String name, @Nullable BlockNode to, GraphTransaction transaction)
            throws BlockException {
        ChildEdge edge = node.child(name).orElse(null);
        if (to != null) {
            BlockGraph.requireNoCycle(node, name, to);
        }
        if (edge == null && to != null) {
            BlockGraph.requireSameThread(node, to);
            graph.attach(new ChildEdge(name, Set.of(ChildRole.COW), node, to), transaction);
            adopt(to, transaction);
        } else if (edge != null && shown(edge.node()) != to && edge.node() != to) {
            replace(edge, to, transaction);
        }
    }

    private void replace(ChildEdge edge, @Nullable BlockNode to, GraphTransaction transaction)
            throws BlockException {
        BlockNode old = edge.node();
        if (old.isImplicit()) {
            throw new BlockException(
                    Errno.EPERM,
                    "Cannot replace implicit " + edge.name() + " child of " + node.name());
        }
        edge.requireNotFrozen();
        if (to == null) {
            graph.detach(edge, transaction);
        } else {
            BlockGraph.requireSameThread(node, to);
            edge.lead(to, transaction);
            adopt(to, transaction);
        }
        transaction.onCommit(() -> old.forgetOpener(node));
    }

    private void adopt(BlockNode child, GraphTransaction transaction) {
        if (child.isOpenedThrough(node)) {
            transaction.onCommit(() -> child.setOpenedBy(node));
        }
    }

    /// A node behind filters that no user has named.
    private static BlockNode shown(BlockNode top) {
        BlockNode below = top.isImplicit() ? top.filtered() : null;
        return below == null ? top : shown(below);
    }
}
