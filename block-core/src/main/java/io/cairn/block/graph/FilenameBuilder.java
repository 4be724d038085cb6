package io.cairn.block.graph;

import io.cairn.block.ChildRole;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverKind;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Rebuilds a node's filename from its options: plain where opening that gives the same node again,
/// else `json:{…}`.
final class FilenameBuilder {
    private FilenameBuilder() {}

    static String filename(BlockNode node) {
        if (node.isImplicit() && node.filtered() != null) {
            return filename(node.filtered());
        }
        return exactFilename(node).orElseGet(() -> "json:" + Json.print(fullOptions(node)));
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
                || !primary.isProtocol()
                || !node.driverInstance().identityOptions().isEmpty()
                || isBackingOverridden(node)) {
            return Optional.empty();
        }
        return exactFilename(primary);
    }

    /// The options that open the same node again, or what an implicit filter shows: its own as flat
    /// keys, its children nested; those named `list.0`, `list.1`, … as the list.
    private static JsonObject fullOptions(BlockNode node) {
        if (node.isImplicit() && node.filtered() != null) {
            return fullOptions(node.filtered());
        }
        JsonObject.Builder full = JsonObject.builder();
        full.put("driver", node.driver());
        Options own = node.driverInstance().identityOptions();
        for (String key : own.keys()) {
            JsonValue value = own.get(key);
            if (value != null) {
                full.put(key, value);
            }
        }
        Map<String, List<JsonValue>> lists = new LinkedHashMap<>();
        for (ChildEdge child : node.children()) {
            if (child.roles().contains(ChildRole.COW) && !isBackingOverridden(node)) {
                continue;
            }
            String name = child.name();
            int dot = name.indexOf('.');
            if (dot < 0) {
                full.put(name, fullOptions(child.node()));
            } else {
                lists.computeIfAbsent(name.substring(0, dot), _ -> new ArrayList<>())
                        .add(fullOptions(child.node()));
            }
        }
        lists.forEach((name, elements) -> full.put(name, new JsonArray(elements)));
        if (node.backing() == null && isBackingOverridden(node)) {
            full.put("backing", JsonNull.NULL);
        }
        return full.build();
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
}
