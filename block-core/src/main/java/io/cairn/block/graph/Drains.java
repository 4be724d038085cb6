package io.cairn.block.graph;

import io.cairn.block.spi.DriverInstance;
import io.cairn.block.throttle.ThrottleGroups;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Who of a graph is to be quiet, and how often: how {@link BlockGraph#drain} goes from a node to
/// its parents. An edge that comes or goes at a quiet node takes its parent along.
final class Drains {
    private final ThrottleGroups limits;
    private final Object lock = new Object();

    /// @param limits for which requests of the graph wait
    Drains(ThrottleGroups limits) {
        this.limits = limits;
    }

    // ---- edges

    /// Puts an edge between its two ends.
    void join(ChildEdge edge) {
        synchronized (lock) {
            edge.parentNode().ifPresent(parent -> parent.addChild(edge));
            edge.node().addParent(edge);
            joined(edge);
        }
    }

    /// Undoes {@link #join}.
    void part(ChildEdge edge) {
        synchronized (lock) {
            edge.parentNode().ifPresent(parent -> parent.removeChild(edge));
            leave(edge);
        }
    }

    /// An edge is in its child's list of parents.
    void joined(ChildEdge edge) {
        synchronized (lock) {
            if (edge.node().quiesced() > 0) {
                edge.parent().quiesce(edge);
            }
        }
    }

    /// Takes an edge out of its child's list of parents.
    void leave(ChildEdge edge) {
        synchronized (lock) {
            edge.node().removeParent(edge);
            if (edge.node().quiesced() > 0) {
                edge.parent().resume(edge);
            }
        }
    }

    // ---- nodes

    /// Has a node's parents submit nothing from now on.
    void begin(BlockNode node) {
        synchronized (lock) {
            node.setQuiesced(node.quiesced() + 1);
            if (node.quiesced() == 1) {
                for (ChildEdge edge : node.parents()) {
                    edge.parent().quiesce(edge);
                }
                if (node.isOpen()) {
                    node.driverInstance().drained();
                }
            }
        }
    }

    /// Ends one {@link #begin}.
    void end(BlockNode node) {
        synchronized (lock) {
            node.setQuiesced(node.quiesced() - 1);
            if (node.quiesced() == 0) {
                if (node.isOpen()) {
                    node.driverInstance().undrained();
                }
                for (ChildEdge edge : node.parents()) {
                    edge.parent().resume(edge);
                }
            }
        }
    }

    /// The node has its driver, which may stand on a child that is drained already.
    void opened(BlockNode node, DriverInstance instance) {
        synchronized (lock) {
            node.opened(instance);
            if (node.quiesced() > 0) {
                instance.drained();
            }
        }
    }

    /// Waits for what is in flight in a quiet node and in those above it. Whatever limits hold that
    /// back meanwhile, in these nodes or below them, it passes.
    void awaitIdle(BlockNode node) {
        List<DriverInstance> told = limits.isEmpty() ? List.of() : tellWhereRequestsAre(node);
        try {
            awaitParents(node);
        } finally {
            synchronized (lock) {
                told.forEach(DriverInstance::undrained);
            }
        }
    }

    /// The part of {@link #awaitIdle} that goes from a node to its parents.
    void awaitParents(BlockNode node) {
        for (ChildEdge edge : node.parents()) {
            edge.parent().awaitIdle(edge);
        }
        node.io().inFlight().awaitIdle();
    }

    private List<DriverInstance> tellWhereRequestsAre(BlockNode drained) {
        Set<BlockNode> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
        addWhereRequestsAre(nodes, drained);
        List<DriverInstance> told = new ArrayList<>();
        synchronized (lock) {
            for (BlockNode node : nodes) {
                if (node.isOpen()) {
                    node.driverInstance().drained();
                    told.add(node.driverInstance());
                }
            }
        }
        return told;
    }

    /// The nodes in which requests may wait that came through one of those that are drained with a
    /// node: those nodes and all below them.
    private static void addWhereRequestsAre(Set<BlockNode> found, BlockNode drained) {
        addSubtree(found, drained);
        for (ChildEdge edge : drained.parents()) {
            if (edge.parent() instanceof BlockNode parent && !found.contains(parent)) {
                addWhereRequestsAre(found, parent);
            }
        }
    }

    private static void addSubtree(Set<BlockNode> found, BlockNode top) {
        Deque<BlockNode> open = new ArrayDeque<>(List.of(top));
        while (!open.isEmpty()) {
            BlockNode node = open.remove();
            if (found.add(node)) {
                node.children().forEach(child -> open.add(child.node()));
            }
        }
    }
}
