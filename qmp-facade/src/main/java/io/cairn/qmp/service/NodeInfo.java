package io.cairn.qmp.service;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.job.image.ImageInfo;

import java.util.ArrayList;
import java.util.List;

/// What there is to know of a node (QMP reference manual, "BlockDeviceInfo").
public final class NodeInfo {
    private static final List<String> LIMITS =
            List.of("bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr");

    private NodeInfo() {}

    /// @param isFlat whether nothing is said of the nodes below
    public static JsonObject of(BlockNode node, boolean isFlat) throws BlockException {
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
        for (String limit : LIMITS) {
            info.put(limit, 0);
        }
        info.put(
                "cache",
                JsonObject.builder()
                        .put("writeback", true)
                        .put("direct", flags.direct())
                        .put("no-flush", flags.noFlush())
                        .build());
        if (node.backing() != null) {
            info.put("backing_file", node.backing().node().filename());
        }
        List<DirtyBitmap> bitmaps =
                node.bitmaps().stream().filter(bitmap -> bitmap.name() != null).toList();
        if (!bitmaps.isEmpty()) {
            info.put("dirty-bitmaps", bitmaps(bitmaps));
        }
        return info.build();
    }

    private static int depth(BlockNode node) {
        int depth = 0;
        for (BlockNode at = ChainStatus.below(node); at != null; at = ChainStatus.below(at)) {
            depth++;
        }
        return depth;
    }

    private static JsonObject image(BlockNode node, boolean isFlat) throws BlockException {
        JsonObject image = ImageInfo.of(node).toJson();
        BlockNode below = isFlat ? null : ChainStatus.below(node);
        if (below == null) {
            return image;
        }
        JsonObject.Builder whole = JsonObject.builder();
        image.members().forEach(whole::put);
        return whole.put("backing-image", image(below, false)).build();
    }

    private static JsonArray bitmaps(List<DirtyBitmap> bitmaps) {
        List<JsonValue> infos = new ArrayList<>();
        for (DirtyBitmap bitmap : bitmaps.reversed()) {
            String name = bitmap.name();
            JsonObject.Builder info =
                    JsonObject.builder()
                            .put("name", name == null ? "" : name)
                            .put("count", bitmap.count())
                            .put("granularity", bitmap.granularity())
                            .put("recording", bitmap.isRecording())
                            .put("busy", bitmap.isBusy())
                            .put("persistent", bitmap.isPersistent());
            if (bitmap.isInconsistent()) {
                info.put("inconsistent", true);
            }
            infos.add(info.build());
        }
        return new JsonArray(infos);
    }
}
