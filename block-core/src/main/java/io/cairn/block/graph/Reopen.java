package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.option.PeerOrder;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.ReopenContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives open nodes new options and flags in one transaction (QMP reference manual,
/// "blockdev-reopen").
///
/// A child that was opened through its parent's options is reopened with it and takes what it was
/// not given from the parent's new state.
final class Reopen {
    private record Step(BlockNode node, Options explicit, Options all, NodeOptions generic) {}

    private final BlockGraph graph;
    private final Map<BlockNode, Step> steps = new LinkedHashMap<>();
    private final Map<ChildEdge, BlockNode> replacements = new LinkedHashMap<>();

    /// Backing nodes for nodes that have none so far.
    private final Map<BlockNode, BlockNode> added = new LinkedHashMap<>();

    /// The nodes that were replaced.
    private final List<BlockNode> replaced = new ArrayList<>();

    Reopen(BlockGraph graph) {
        this.graph = graph;
    }

    void run(List<ReopenRequest> requests) throws BlockException {
        for (ReopenRequest request : requests) {
            queue(request.node(), request.options(), request.keepOld(), null);
        }
        List<BlockGraph.Drain> drains = new ArrayList<>();
        try {
            for (BlockNode node : steps.keySet()) {
                drains.add(graph.drain(node));
            }
            for (Map.Entry<ChildEdge, BlockNode> replacement : replacements.entrySet()) {
                drains.add(graph.drain(replacement.getKey().node()));
                drains.add(graph.drain(replacement.getValue()));
            }
            prepareAndCommit();
        } finally {
            for (BlockGraph.Drain drain : drains) {
                drain.close();
            }
        }
        replaced.forEach(graph::releaseIfUnused);
    }

    private void queue(
            BlockNode node, Options given, boolean keepOld, @Nullable NodeFlags inherited)
            throws BlockException {
        Options explicit = new Options(given);
        if (keepOld) {
            explicit.inherit(kept(node, node.explicitOptions(), given));
        }
        Options own = new Options(explicit);
        List<ChildEdge> follow = new ArrayList<>();
        Map<ChildEdge, Options> childOptions = new LinkedHashMap<>();
        for (ChildEdge child : node.children()) {
            Options sub = own.takeSub(child.name());
            boolean isReference = takeReference(child, own, given);
            if (child.inherits() && !isReference) {
                follow.add(child);
                childOptions.put(child, sub);
            }
        }
        takeNewBacking(node, own, given);
        if (keepOld) {
            own.inherit(kept(node, node.options(), given));
        } else {
            requireNoReset(node, own);
        }
        Options all = new Options(own);
        own.take("driver");
        own.take("node-name");
        NodeFlags base = inherited != null ? inherited : node.flags();
        NodeOptions generic = NodeOptions.take(own, base);
        steps.put(node, new Step(node, explicit, all, generic));
        for (ChildEdge child : follow) {
            boolean cow = child.roles().contains(ChildRole.COW);
            NodeFlags flags = NodeOptions.inherited(generic.flags(), node.kind(), child.roles());
            if (cow) {
                flags = flags.withReadOnly(child.node().isReadOnly());
            }
            Options sub = childOptions.getOrDefault(child, new Options());
            queue(child.node(), sub, keepOld, flags);
        }
    }

    /// Old options without those that new ones replace under another name.
    private static Options kept(BlockNode node, Options old, Options given) {
        Options kept = new Options(old);
        node.driverInstance().forgetReplaced(kept, given);
        return kept;
    }

    /// Takes a child's name; true if it is there. One that is given and names another node than the
    /// child replaces it; one that was kept may be of a child that has been replaced since.
    private boolean takeReference(ChildEdge child, Options own, Options given)
            throws BlockException {
        String reference = own.takeText(child.name());
        if (reference == null) {
            return false;
        }
        if (given.contains(child.name()) && !reference.equals(child.node().name())) {
            if (!child.name().equals("file") && !child.name().equals("backing")) {
                throw new InvalidOptionException("Cannot change the option '" + child.name() + "'");
            }
            replacements.put(child, graph.requireNode(reference));
        }
        return true;
    }

    /// Takes the name of a backing node for a node that has none.
    private void takeNewBacking(BlockNode node, Options own, Options given) throws BlockException {
        boolean canHave =
                node.backing() == null
                        && given.contains("backing")
                        && graph.drivers()
                                .find(node.driver())
                                .filter(BlockDriver::supportsBacking)
                                .isPresent();
        String reference = canHave ? own.takeText("backing") : null;
        if (reference != null) {
            added.put(node, graph.requireNode(reference));
        }
    }

    /// Options that were given must be given again, but for those that the driver lets go.
    private void requireNoReset(BlockNode node, Options own) throws BlockException {
        Options before = node.options();
        NodeOptions.take(before, node.flags());
        for (String key : before.keys()) {
            boolean mayGo =
                    own.contains(key)
                            || key.equals("driver")
                            || key.equals("node-name")
                            || isOfChild(node, key)
                            || (key.equals("backing") && added.containsKey(node))
                            || node.driverInstance().resettableOptions().contains(key);
            if (!mayGo) {
                throw new InvalidOptionException(
                        "Option '" + key + "' cannot be reset to its default value");
            }
        }
    }

    private static boolean isOfChild(BlockNode node, String key) {
        for (ChildEdge child : node.children()) {
            if (key.equals(child.name()) || key.startsWith(child.name() + ".")) {
                return true;
            }
        }
        return false;
    }

    private void prepareAndCommit() throws BlockException {
        Map<BlockNode, Boolean> readOnlyAfter = new LinkedHashMap<>();
        for (Step step : steps.values()) {
            boolean isReadOnly = step.generic().flags().readOnly();
            if (isReadOnly != step.node().isReadOnly()) {
                readOnlyAfter.put(step.node(), isReadOnly);
            }
            if (isReadOnly && !step.node().isReadOnly()) {
                step.node().io().flush();
            }
        }
        try (GraphTransaction transaction = new GraphTransaction()) {
            for (Step step : steps.values()) {
                prepare(step, transaction);
            }
            Set<BlockNode> changed = new LinkedHashSet<>(steps.keySet());
            for (Map.Entry<ChildEdge, BlockNode> replacement : replacements.entrySet()) {
                changed.add(replacement.getValue());
                replaced.add(replacement.getKey().node());
                lead(replacement.getKey(), replacement.getValue(), transaction);
            }
            changed.addAll(replaced);
            PermissionUpdate.prepare(transaction, changed, readOnlyAfter);
            for (Map.Entry<BlockNode, BlockNode> link : added.entrySet()) {
                attach(link.getKey(), link.getValue(), transaction);
            }
            transaction.commit();
        }
        for (BlockNode node : new ArrayList<>(steps.keySet()).reversed()) {
            node.refresh();
        }
    }

    private void attach(BlockNode node, BlockNode backing, GraphTransaction transaction)
            throws BlockException {
        BlockGraph.requireNoCycle(node, "backing", backing);
        ChildEdge edge = graph.attach(node, "backing", Set.of(ChildRole.COW), backing, false);
        transaction.onAbort(() -> graph.detach(node, edge));
    }

    private static void lead(ChildEdge edge, BlockNode replacement, GraphTransaction transaction)
            throws BlockException {
        if (edge.parent() instanceof BlockNode parent) {
            BlockGraph.requireNoCycle(parent, edge.name(), replacement);
        }
        edge.lead(replacement, transaction);
    }

    private static void prepare(Step step, GraphTransaction transaction) throws BlockException {
        BlockNode node = step.node();
        Options options = new Options(step.all());
        Options fixed = new Options();
        move("driver", options, fixed);
        move("node-name", options, fixed);
        NodeOptions.take(options, step.generic().flags());
        transaction.add(
                node.driverInstance()
                        .prepareReopen(new ReopenContext(options, step.generic().flags())));
        requireSame(node, fixed.putAll(options));
        Options oldExplicit = node.explicitOptions();
        Options oldAll = node.options();
        NodeFlags oldFlags = node.flags();
        node.setFlags(step.generic().flags());
        node.setOptions(step.explicit(), new Options(step.all()));
        transaction.onAbort(() -> {
            node.setFlags(oldFlags);
            node.setOptions(oldExplicit, oldAll);
        });
        transaction.onCommit(() -> node.io().setDetectZeroes(step.generic().detectZeroes()));
    }

    private static void move(String key, Options from, Options to) {
        JsonValue value = from.take(key);
        if (value != null) {
            to.put(key, value);
        }
    }

    /// Refuses new values of options that no driver changes.
    private static void requireSame(BlockNode node, Options fixed) throws InvalidOptionException {
        for (String key : PeerOrder.sort(fixed.keys())) {
            JsonValue before = node.options().get(key);
            JsonValue after = fixed.get(key);
            if (after != null && !sameText(before, after)) {
                throw new InvalidOptionException("Cannot change the option '" + key + "'");
            }
        }
    }

    private static boolean sameText(@Nullable JsonValue before, JsonValue after) {
        return before != null && before.asText().equals(after.asText());
    }
}
