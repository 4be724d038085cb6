package io.cairn.qmp.service;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.throttle.LimitKind;
import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.block.throttle.ThrottleMember;
import io.cairn.job.image.ImageInfo;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What there is to know of a node (QMP reference manual, "BlockDeviceInfo").
public final class NodeInfo {
    /// The limits by the names that they had before there were throttle groups.
    private static final Map<LimitKind, String> OLD_NAMES =
            Map.of(
                    LimitKind.BPS_TOTAL, "bps",
                    LimitKind.BPS_READ, "bps_rd",
                    LimitKind.BPS_WRITE, "bps_wr",
                    LimitKind.IOPS_TOTAL, "iops",
                    LimitKind.IOPS_READ, "iops_rd",
                    LimitKind.IOPS_WRITE, "iops_wr");

    private NodeInfo() {}

    /// The old name of a limit: that of its average, to which `_max` and `_max_length` are added.
    public static String oldName(LimitKind kind) {
        return OLD_NAMES.getOrDefault(kind, "");
    }

    /// @param backend of which the node is the root, if that matters
    /// @param isFlat whether nothing is said of the nodes below
    public static JsonObject of(BlockNode node, @Nullable BlockBackend backend, boolean isFlat)
            throws BlockException {
        NodeFlags flags = node.flags();
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("file", node.filename())
                        .put("node-name", node.name())
                        .put("ro", node.isReadOnly())
                        .put("drv", node.driver())
                        .put("backing_file_depth", isFlat ? 0 : depth(node))
                        .put("encrypted", node.formatInfo().encrypted())
                        .put("detect_zeroes", node.detectZeroes().text())
                        .put("write_threshold", node.writeThreshold())
                        .put("image", image(node, isFlat));
        putLimits(info, backend == null ? null : backend.throttle().orElse(null));
        info.put(
                "cache",
                JsonObject.builder()
                        .put("writeback", backend == null || !backend.isWriteThrough())
                        .put("direct", flags.direct())
                        .put("no-flush", flags.noFlush())
                        .build());
        if (node.backing() != null) {
            info.put("backing_file", node.backing().node().filename());
        }
        JsonArray bitmaps = BitmapInfo.of(node);
        if (!bitmaps.elements().isEmpty()) {
            info.put("dirty-bitmaps", bitmaps);
        }
        return info.build();
    }

    private static void putLimits(JsonObject.Builder info, @Nullable ThrottleMember member) {
        ThrottleLimits limits = member == null ? ThrottleLimits.NONE : member.group().limits();
        for (LimitKind kind : LimitKind.values()) {
            String name = oldName(kind);
            info.put(name, limits.get(kind).average());
            long max = limits.get(kind).max();
            if (max != 0) {
                info.put(name + "_max", max);
                info.put(name + "_max_length", limits.get(kind).maxLength());
            }
        }
        if (limits.iopsSize() != 0) {
            info.put("iops_size", limits.iopsSize());
        }
        if (member != null) {
            info.put("group", member.group().name());
        }
    }

    private static int depth(BlockNode node) {
        int depth = 0;
        for (BlockNode at = ChainStatus.explicitBelow(node);
                at != null;
                at = ChainStatus.explicitBelow(at)) {
            depth++;
        }
        return depth;
    }

    private static JsonObject image(BlockNode node, boolean isFlat) throws BlockException {
        JsonObject image = ImageInfo.of(node).toJson();
        BlockNode below = isFlat ? null : ChainStatus.explicitBelow(node);
        if (below == null) {
            return image;
        }
        JsonObject.Builder whole = JsonObject.builder();
        image.members().forEach(whole::put);
        return whole.put("backing-image", image(below, false)).build();
    }
}
