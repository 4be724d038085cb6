package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.option.PeerOrder;
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
/// not given from the parent's new state. One that is named instead keeps its own options.
final class Reopen {
    /// What becomes of one node.
    ///
    /// @param explicit what was given for it, with what it keeps
    /// @param all its options without those of the children that are reopened with it
    private record Step(
            BlockNode node,
            Options explicit,
            Options all,
            NodeOptions generic,
            boolean keepOld,
            Relink relink) {}

    private final BlockGraph graph;
    private final Map<BlockNode, Step> steps = new LinkedHashMap<>();

    Reopen(BlockGraph graph) {
        this.graph = graph;
    }

    void run(List<ReopenRequest> requests) throws BlockException {
        for (ReopenRequest request : requests) {
            queue(request.node(), request.options(), request.keepOld(), null);
        }
        Set<BlockNode> touched = new LinkedHashSet<>(steps.keySet());
        for (Step step : steps.values()) {
            touched.addAll(step.relink().concerned());
        }
        List<BlockGraph.Drain> drains = new ArrayList<>();
        try {
            for (BlockNode node : touched) {
                drains.add(graph.drain(node));
            }
            prepareAndCommit(touched);
        } finally {
            for (BlockGraph.Drain drain : drains) {
                drain.close();
            }
        }
        touched.forEach(graph::releaseIfUnused);
    }

    // ---- which nodes, with which options

    /// @param inherited what the node takes from its parent; null if it was named itself
    private void queue(
            BlockNode node, Options given, boolean keepOld, @Nullable NodeFlags inherited)
            throws BlockException {
        Options explicit = new Options(given);
        Step earlier = steps.remove(node);
        if (earlier != null) {
            explicit.inherit(earlier.explicit());
        } else if (keepOld) {
            explicit.inherit(withoutChildren(node, kept(node, node.explicitOptions(), given)));
        }
        Options own = new Options(explicit);
        Map<ChildEdge, Options> follow = new LinkedHashMap<>();
        for (ChildEdge child : node.children()) {
            boolean isNamed = own.contains(child.name());
            boolean isLeft = isNamed && !child.node().name().equals(own.getString(child.name()));
            if (child.inherits() && !isLeft) {
                Options sub = own.takeSub(child.name());
                follow.put(child, isNamed ? new Options() : sub);
            }
        }
        if (keepOld) {
            own.inherit(withoutChildren(node, kept(node, node.options(), given)));
        }
        Options rest = new Options(own);
        rest.take("driver");
        rest.take("node-name");
        rest.take("force-share");
        NodeOptions generic = NodeOptions.take(rest, startingFlags(node, keepOld, inherited));
        Relink relink = new Relink(graph, node, own);
        steps.put(node, new Step(node, explicit, own, generic, keepOld, relink));
        for (Map.Entry<ChildEdge, Options> entry : follow.entrySet()) {
            ChildEdge child = entry.getKey();
            boolean keepsOld = keepOld || own.contains(child.name());
            NodeFlags flags = NodeOptions.inherited(generic.flags(), node.kind(), child.roles());
            if (keepsOld && child.roles().contains(ChildRole.COW)) {
                flags = flags.withReadOnly(child.node().isReadOnly());
            }
            queue(child.node(), entry.getValue(), keepsOld, flags);
        }
    }

    /// The flags where the options do not say.
    private static NodeFlags startingFlags(
            BlockNode node, boolean keepOld, @Nullable NodeFlags inherited) {
        NodeFlags now = node.flags();
        if (inherited != null) {
            return inherited.withForceShare(now.forceShare());
        }
        return keepOld
                ? now
                : now.withReadOnly(false)
                        .withAutoReadOnly(false)
                        .withCache(false, false)
                        .withUnmap(false);
    }

    /// Old options without those that new ones replace under another name.
    private static Options kept(BlockNode node, Options old, Options given) {
        Options kept = new Options(old);
        node.driverInstance().forgetReplaced(kept, given);
        return kept;
    }

    /// Options without those of children, which may be others by now.
    private static Options withoutChildren(BlockNode node, Options options) {
        for (String key : options.keys()) {
            if (isOfChild(node, key)) {
                options.take(key);
            }
        }
        return options;
    }

    private static boolean isOfChild(BlockNode node, String key) {
        if (isUnder("file", key) || isUnder("backing", key)) {
            return true;
        }
        for (ChildEdge child : node.children()) {
            if (isUnder(child.name(), key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnder(String child, String key) {
        return key.startsWith(child) && (key.equals(child) || key.charAt(child.length()) == '.');
    }

    // ---- the transaction

    private void prepareAndCommit(Set<BlockNode> touched) throws BlockException {
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
            PermissionUpdate.prepare(transaction, touched, readOnlyAfter);
            transaction.commit();
        }
        for (BlockNode node : new ArrayList<>(steps.keySet()).reversed()) {
            node.refresh();
        }
    }

    private static void prepare(Step step, GraphTransaction transaction) throws BlockException {
        BlockNode node = step.node();
        NodeFlags flags = step.generic().flags();
        Options options = new Options(step.all());
        Options fixed = new Options();
        move("driver", options, fixed);
        move("node-name", options, fixed);
        move("force-share", options, fixed);
        NodeOptions.take(options, flags);
        step.relink().takeFrom(options);
        if (!step.keepOld()) {
            requireNoReset(node, step.all());
        }
        if (!node.driverInstance().supportsReopen()) {
            throw new BlockException(
                    Errno.ENOTSUP,
                    "Block format '"
                            + node.driver()
                            + "' used by node '"
                            + node.name()
                            + "' does not support reopening files");
        }
        transaction.add(node.driverInstance().prepareReopen(new ReopenContext(options, flags)));
        if (!step.keepOld()) {
            requireBackingSaid(node, step.explicit());
        }
        step.relink().apply(transaction);
        requireSame(node, fixed.putAll(options));
        Options oldExplicit = node.explicitOptions();
        Options oldAll = node.options();
        NodeFlags oldFlags = node.flags();
        node.setFlags(flags);
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

    /// Options that were given must be given again, but for those that the driver lets go.
    private static void requireNoReset(BlockNode node, Options given) throws BlockException {
        Options before = withoutChildren(node, node.options());
        before.take("driver");
        before.take("node-name");
        JsonValue forceShare = before.take("force-share");
        NodeOptions.take(before, node.flags());
        if (forceShare != null) {
            before.put("force-share", forceShare);
        }
        Set<String> mayGo = node.driverInstance().resettableOptions();
        for (String key : before.keys()) {
            if (!given.contains(key) && !mayGo.contains(key)) {
                throw new InvalidOptionException(
                        "Option '" + key + "' cannot be reset to its default value");
            }
        }
    }

    /// Without a word on the backing child it would be unclear whether the node that is there is
    /// meant, the one that the image names, or none.
    private static void requireBackingSaid(BlockNode node, Options given) throws BlockException {
        boolean isSaid = given.contains("backing") || given.hasSub("backing");
        boolean hasBacking =
                node.backing() != null || node.driverInstance().backingReference().isPresent();
        if (hasBacking && !isSaid && node.blockDriver().supportsBacking()) {
            throw new InvalidOptionException("backing is missing for '" + node.name() + "'");
        }
    }

    /// Refuses new values of options that no driver changes.
    private static void requireSame(BlockNode node, Options fixed) throws InvalidOptionException {
        Options before = withoutChildren(node, node.options());
        for (ChildEdge child : node.children()) {
            before.put(child.name(), child.node().name());
        }
        before.put("driver", node.driver());
        before.put("node-name", node.name());
        for (String key : PeerOrder.sort(fixed.keys())) {
            JsonValue after = fixed.get(key);
            if (after != null && !sameText(before.get(key), after)) {
                throw new InvalidOptionException("Cannot change the option '" + key + "'");
            }
        }
    }

    private static boolean sameText(@Nullable JsonValue before, JsonValue after) {
        return before != null
                && before != JsonNull.NULL
                && after != JsonNull.NULL
                && before.asText().equals(after.asText());
    }
}
