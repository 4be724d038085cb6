package io.cairn.block.graph;

import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverKind;

import java.util.Optional;

/// Rebuilds a node's filename from its options: plain where opening that gives the same node again,
/// else `json:{…}`.
final class FilenameBuilder {
    private FilenameBuilder() {}

    static String filename(BlockNode node) {
        if (node.isImplicit() && node.filtered() != null) {
            return filename(node.filtered());
        }
        return exactFilename(node)
                .orElseGet(() -> "json:" + Json.print(unflatten(fullOptions(node))));
    }

    /// The plain filename, if there is one that says everything.
    static Optional<String> exactFilename(BlockNode node) {
        if (!node.isOpen()) {
            return Optional.empty();
        }
        Optional<String> own = node.driverInstance().exactFilename();
        if (own.isPresent()) {
            return own;
        }
        BlockNode primary = node.primary();
        if (node.kind() != DriverKind.FORMAT
                || primary == null
                || primary.kind() != DriverKind.PROTOCOL
                || !node.driverInstance().identityOptions().isEmpty()
                || isBackingOverridden(node)) {
            return Optional.empty();
        }
        return exactFilename(primary);
    }

    /// The options that open the same node again.
    static Options fullOptions(BlockNode node) {
        Options full = new Options();
        full.put("driver", node.driver());
        full.putAll(node.driverInstance().identityOptions());
        for (ChildEdge child : node.children()) {
            if (child.roles().contains(ChildRole.COW) && !isBackingOverridden(node)) {
                continue;
            }
            full.putSub(child.name(), fullOptions(child.node()));
        }
        if (node.backing() == null && isBackingOverridden(node)) {
            full.put("backing", JsonNull.NULL);
        }
        return full;
    }

    /// True if the backing node is not the one that the image names. Where only metadata is read,
    /// the backing node means nothing.
    static boolean isBackingOverridden(BlockNode node) {
        if (node.flags().noIo()) {
            return false;
        }
        String named = node.namedBacking();
        ChildEdge backing = node.backing();
        return backing == null ? named != null : !filename(backing.node()).equals(named);
    }

    private static JsonObject unflatten(Options options) {
        try {
            return options.unflatten();
        } catch (InvalidOptionException e) {
            return JsonObject.builder().put("driver", "?").build();
        }
    }
}
