package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FrozenChain;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The changes that jobs make to a graph: filters put in and taken out, a node put in the place of
/// another, another backing node.
///
/// Each change is done whole or not at all. The nodes concerned are drained meanwhile, so that no
/// thread with a request in flight may call. What a job holds itself ({@link
/// BlockGraph#newJobBackend}) stays where it is.
public final class ChainChanges {
    private static final Set<ChildRole> BACKING = Set.of(ChildRole.COW);

    private final BlockGraph graph;

    public ChainChanges(BlockGraph graph) {
        this.graph = graph;
    }

    /// Several changes that belong together.
    @FunctionalInterface
    public interface Changes {
        void run() throws BlockException;
    }

    /// Makes changes while a node is drained and nobody else changes the graph.
    public void whileDrained(BlockNode node, Changes steps) throws BlockException {
        graph.locked(() -> {
            try (BlockGraph.Drain _ = graph.drain(node)) {
                steps.run();
            }
            return node;
        });
    }

    /// Opens a filter and puts it above a node: all who used the node use the filter from then on.
    ///
    /// @param driver the filter's driver, which the graph need not know by name
    /// @param options how it is opened; they name the node as a child
    /// @param isImplicit no user has named the filter
    /// @return the filter, which lives while somebody uses it; the caller holds it by an edge or
    ///   takes it out again
    public BlockNode insertFilter(
            BlockNode below, BlockDriver driver, Options options, boolean isImplicit)
            throws BlockException {
        return graph.locked(() -> {
            BlockNode filter = new NodeOpener(graph).open(driver, options, below.flags());
            filter.setImplicit(isImplicit);
            filter.setMonitorOwned(true);
            boolean isDone = false;
            try {
                moveParents(below, filter);
                isDone = true;
            } finally {
                if (!isDone) {
                    filter.setMonitorOwned(false);
                    graph.releaseIfUnused(filter);
                }
            }
            return filter;
        });
    }

    /// Takes a filter out that {@link #insertFilter} put in: all who use it use `successor` from
    /// then on. The filter is closed once nobody holds it.
    public void removeFilter(BlockNode filter, BlockNode successor) throws BlockException {
        graph.locked(() -> {
            moveParents(filter, successor);
            filter.setMonitorOwned(false);
            graph.releaseIfUnused(filter);
            return filter;
        });
    }

    /// Puts a node in the place of another: all who used that use this.
    public void replaceNode(BlockNode old, BlockNode replacement) throws BlockException {
        replaceNode(old, replacement, replacement);
    }

    /// The same with the next permissions of a filter whose driver wants others of its children
    /// from then on.
    public void replaceNode(BlockNode old, BlockNode replacement, BlockNode filter)
            throws BlockException {
        graph.locked(() -> {
            moveParents(old, replacement, List.of(filter, replacement, old));
            graph.releaseIfUnused(old);
            return replacement;
        });
    }

    /// Puts an overlay above a node: all who used the node use the overlay, whose backing node it
    /// becomes. What the overlay's image says stays as it is.
    ///
    /// @param overlay a node that nobody uses and that has no backing node
    public void append(BlockNode overlay, BlockNode below) throws BlockException {
        graph.locked(() -> {
            BlockGraph.requireNoCycle(overlay, "backing", below);
            try (BlockGraph.Drain _ = graph.drain(below);
                    BlockGraph.Drain _ = graph.drain(overlay)) {
                ChildEdge edge = graph.attach(overlay, "backing", BACKING, below, false);
                boolean isDone = false;
                try {
                    moveParents(below, overlay);
                    isDone = true;
                } finally {
                    if (!isDone) {
                        graph.detach(overlay, edge);
                    }
                }
            }
            return overlay;
        });
    }

    /// Undoes {@link #append}.
    public void removeAppended(BlockNode overlay, BlockNode below) throws BlockException {
        graph.locked(() -> {
            moveParents(overlay, below);
            ChildEdge edge = overlay.backing();
            if (edge != null) {
                graph.detach(overlay, edge);
            }
            return below;
        });
    }

    /// Gives a node one more child, by which its driver is not told; see {@link #detachChild}.
    public Child attachChild(BlockNode parent, String name, Set<ChildRole> roles, BlockNode child)
            throws BlockException {
        return graph.locked(() -> {
            BlockGraph.requireNoCycle(parent, name, child);
            try (BlockGraph.Drain _ = graph.drain(parent)) {
                return graph.attach(parent, name, roles, child, false);
            }
        });
    }

    /// Takes a child from a node that {@link #attachChild} gave it; nothing is done if the node has
    /// none of that name any more. The child goes if nobody else owns it.
    public void detachChild(BlockNode parent, String name) {
        lockedSafely(() -> {
            ChildEdge edge = parent.child(name).orElse(null);
            if (edge != null) {
                try (BlockGraph.Drain _ = graph.drain(parent)) {
                    graph.detach(parent, edge);
                }
            }
            return parent;
        });
    }

    /// Drops all guest data of an image, so that its backing node shows through everywhere. The
    /// node may be drained.
    public void makeEmpty(BlockNode image) throws BlockException {
        image.io().makeEmpty();
    }

    /// Has a node's image name another backing file; the backing node stays as it is.
    public void changeReference(BlockNode overlay, BackingReference reference)
            throws BlockException {
        graph.locked(() -> {
            try (BlockGraph.Drain _ = graph.drain(overlay)) {
                overlay.driverInstance().changeBackingReference(reference);
            }
            overlay.setNamedBacking(overlay.resolvedBackingFilename().orElse(null));
            return overlay;
        });
    }

    private void moveParents(BlockNode from, BlockNode to) throws BlockException {
        moveParents(from, to, List.of(to, from));
    }

    /// @param updated the nodes whose children get new permissions
    private void moveParents(BlockNode from, BlockNode to, List<BlockNode> updated)
            throws BlockException {
        try (BlockGraph.Drain _ = graph.drain(from);
                BlockGraph.Drain _ = graph.drain(to);
                GraphTransaction transaction = new GraphTransaction()) {
            for (ChildEdge edge : new ArrayList<>(from.parents())) {
                if (isMoved(edge, to)) {
                    edge.lead(to, transaction);
                }
            }
            PermissionUpdate.prepare(transaction, updated);
            transaction.commit();
        }
    }

    /// An edge from the new node's own chain is what makes it stand above the old one.
    private static boolean isMoved(ChildEdge edge, BlockNode to) {
        if (edge.parent() instanceof BlockBackend backend) {
            return !backend.staysAtNode();
        }
        return !(edge.parent() instanceof BlockNode parent) || !isInGraphOf(to, parent);
    }

    private static boolean isInGraphOf(BlockNode top, BlockNode sought) {
        if (top == sought) {
            return true;
        }
        for (ChildEdge child : top.children()) {
            if (isInGraphOf(child.node(), sought)) {
                return true;
            }
        }
        return false;
    }

    /// Gives a node another backing node, or none, and says so in its image.
    ///
    /// @param reference what the image says from then on; null for no backing file
    public void changeBacking(
            BlockNode overlay, @Nullable BlockNode backing, @Nullable BackingReference reference)
            throws BlockException {
        graph.locked(() -> {
            try (BlockGraph.Drain _ = graph.drain(overlay)) {
                ChildEdge edge = overlay.backing();
                if (edge != null) {
                    edge.requireNotFrozen();
                }
                DriverInstance image = overlay.driverInstance();
                BackingReference before = image.backingReference().orElse(null);
                image.changeBackingReference(reference);
                try {
                    relink(overlay, edge, backing);
                } catch (BlockException e) {
                    restore(image, before, e);
                    throw e;
                }
            }
            overlay.setNamedBacking(overlay.resolvedBackingFilename().orElse(null));
            return overlay;
        });
    }

    /// Has an image name again what it named before a change that failed.
    private static void restore(
            DriverInstance image, @Nullable BackingReference before, BlockException failure) {
        try {
            image.changeBackingReference(before);
        } catch (BlockException e) {
            failure.addSuppressed(e);
        }
    }

    private void relink(BlockNode overlay, @Nullable ChildEdge edge, @Nullable BlockNode backing)
            throws BlockException {
        BlockNode old = edge == null ? null : edge.node();
        boolean isOpenedThrough = backing != null && backing.isOpenedThrough(overlay);
        if (edge != null && backing != null) {
            graph.replace(edge, backing);
        } else if (edge != null) {
            graph.detach(overlay, edge);
        } else if (backing != null) {
            BlockGraph.requireNoCycle(overlay, "backing", backing);
            graph.attach(overlay, "backing", BACKING, backing, false);
        }
        if (old != null) {
            old.forgetOpener(overlay);
        }
        if (backing != null && isOpenedThrough) {
            backing.setOpenedBy(overlay);
        }
    }

    /// Keeps the links of a chain as they are until it is closed.
    public final class Frozen implements FrozenChain {
        private final List<ChildEdge> edges;

        private Frozen(List<ChildEdge> edges) {
            this.edges = edges;
        }

        /// Lets the links go. Once only.
        @Override
        public void close() {
            setFrozen(edges, false);
        }
    }

    /// Freezes the links from a node down its chain.
    ///
    /// @param base the last node that a frozen link leads to; null for the chain's end
    public Frozen freeze(BlockNode top, @Nullable BlockNode base) throws BlockException {
        return graph.locked(() -> freezeFrom(top == base ? null : linkBelow(top), base));
    }

    /// Freezes a link and those down the chain below it.
    Frozen freezeFrom(@Nullable ChildEdge first, @Nullable BlockNode base) throws BlockException {
        return graph.locked(() -> {
            List<ChildEdge> edges = new ArrayList<>();
            for (ChildEdge edge = first; edge != null; ) {
                edge.requireNotFrozen();
                edge.requireLasting();
                edges.add(edge);
                edge = edge.node() == base ? null : linkBelow(edge.node());
            }
            edges.forEach(edge -> edge.freeze(true));
            return new Frozen(List.copyOf(edges));
        });
    }

    private void setFrozen(List<ChildEdge> edges, boolean on) {
        lockedSafely(() -> {
            edges.forEach(edge -> edge.freeze(on));
            return edges;
        });
    }

    /// Makes a change that cannot fail.
    private <T> void lockedSafely(BlockGraph.GraphChange<T> change) {
        try {
            graph.locked(change);
        } catch (BlockException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable ChildEdge linkBelow(BlockNode node) {
        ChildEdge backing = node.backing();
        if (backing != null) {
            return backing;
        }
        for (ChildEdge child : node.children()) {
            if (child.roles().contains(ChildRole.FILTERED)) {
                return child;
            }
        }
        return null;
    }
}
