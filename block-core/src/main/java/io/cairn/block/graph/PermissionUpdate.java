package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.PermissionConflictException;
import io.cairn.block.Permissions;
import io.cairn.block.spi.ChildPermissions;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Recomputes the permissions of a part of the graph, from nodes down to the leaves, as steps of a
/// transaction.
final class PermissionUpdate {
    private final GraphTransaction transaction;
    private final Map<BlockNode, Boolean> readOnlyAfter;

    private PermissionUpdate(GraphTransaction transaction, Map<BlockNode, Boolean> readOnlyAfter) {
        this.transaction = transaction;
        this.readOnlyAfter = readOnlyAfter;
    }

    /// Prepares new permissions for the nodes and everything below them.
    static void prepare(GraphTransaction transaction, Collection<BlockNode> nodes)
            throws BlockException {
        prepare(transaction, nodes, Map.of());
    }

    /// The same while nodes are being reopened.
    ///
    /// @param readOnlyAfter whether a node will be read-only once the transaction is committed, for
    ///   those where that changes
    static void prepare(
            GraphTransaction transaction,
            Collection<BlockNode> nodes,
            Map<BlockNode, Boolean> readOnlyAfter)
            throws BlockException {
        List<BlockNode> postOrder = new ArrayList<>();
        Set<BlockNode> seen = new HashSet<>();
        for (BlockNode node : nodes) {
            visit(node, seen, postOrder);
        }
        PermissionUpdate update = new PermissionUpdate(transaction, readOnlyAfter);
        for (BlockNode node : postOrder.reversed()) {
            update.prepare(node);
        }
    }

    private static void visit(BlockNode node, Set<BlockNode> seen, List<BlockNode> postOrder) {
        if (seen.add(node)) {
            for (ChildEdge child : node.children()) {
                visit(child.node(), seen, postOrder);
            }
            postOrder.add(node);
        }
    }

    private void prepare(BlockNode node) throws BlockException {
        Permissions needed = Permissions.NONE;
        Permissions shared = Permissions.ALL;
        for (ChildEdge edge : node.parents()) {
            needed = needed.plus(edge.needed());
            shared = shared.and(edge.shared());
        }
        requireNoConflict(node);
        boolean readOnly = readOnlyAfter.getOrDefault(node, node.isReadOnly());
        if (readOnly
                && (needed.has(Permission.WRITE) || needed.has(Permission.WRITE_UNCHANGED))
                && !node.canBecomeWritable()) {
            String message =
                    readOnlyAfter.containsKey(node)
                            ? "Read-only block node '"
                                    + node.name()
                                    + "' cannot support read-write users"
                            : "Block node is read-only";
            throw new PermissionConflictException(Errno.EPERM, message).atNode(node.name());
        }
        requireWholeBlocks(node, needed);
        transaction.add(node.preparePermissions(needed, shared));
        for (ChildEdge child : node.children()) {
            ChildPermissions wanted = node.childPermissions(child, needed, shared, !readOnly);
            Permissions oldNeeded = child.needed();
            Permissions oldShared = child.shared();
            child.setPermissions(wanted.needed(), wanted.shared());
            transaction.onAbort(() -> child.setPermissions(oldNeeded, oldShared));
        }
    }

    /// A write to the last block of a node that ends within it would make the node longer.
    private static void requireWholeBlocks(BlockNode node, Permissions needed)
            throws BlockException {
        boolean writes = needed.has(Permission.WRITE) || needed.has(Permission.WRITE_UNCHANGED);
        if (writes
                && !needed.has(Permission.RESIZE)
                && node.length() % node.limits().requestAlignment() != 0) {
            throw new PermissionConflictException(
                            Errno.EINVAL,
                            "Cannot get 'write' permission without 'resize': Image size is not a"
                                    + " multiple of request alignment")
                    .atNode(node.name());
        }
    }

    private static void requireNoConflict(BlockNode node) throws BlockException {
        for (ChildEdge a : node.parents()) {
            for (ChildEdge b : node.parents()) {
                if (a != b && !b.shared().hasAll(a.needed())) {
                    throw conflict(node, a, b);
                }
            }
        }
    }

    private static BlockException conflict(BlockNode node, ChildEdge needs, ChildEdge unshares) {
        Permissions missing = needs.needed().minus(unshares.shared());
        return new PermissionConflictException(
                        Errno.EPERM,
                        "Permission conflict on node '"
                                + node.name()
                                + "': permissions '"
                                + missing
                                + "' are both required by "
                                + use(needs)
                                + " and unshared by "
                                + use(unshares)
                                + ".")
                .atNode(node.name());
    }

    private static String use(ChildEdge edge) {
        return edge.parent().description()
                + " (uses node '"
                + edge.node().name()
                + "' as '"
                + edge.name()
                + "' child)";
    }
}
