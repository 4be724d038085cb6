package io.cairn.qmp.service;

import io.cairn.block.filter.CopyBeforeWrite;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;

import java.util.ArrayList;
import java.util.List;

/// What there is to know of a node's dirty bitmaps (QMP reference manual, "BlockDirtyInfo"): those
/// that users have made, and without a name those by which jobs and filters work.
final class BitmapInfo {
    private BitmapInfo() {}

    /// All of them, the newest first.
    static JsonArray of(BlockNode node) {
        List<JsonValue> infos = new ArrayList<>();
        for (BlockNode above : node.parentsBy("file").reversed()) {
            if (above.driverInstance() instanceof CopyBeforeWrite filter) {
                infos.add(working(filter.missing(), filter.clusterSize()));
            }
        }
        for (DirtyBitmap bitmap : node.bitmaps().reversed()) {
            bitmap.successor().ifPresent(writes -> infos.add(info(writes)));
            infos.add(info(bitmap));
        }
        if (node.driverInstance() instanceof CopyBeforeWrite filter) {
            infos.add(working(filter.readable(), filter.clusterSize()));
            infos.add(working(filter.overwritten(), filter.clusterSize()));
        }
        return new JsonArray(infos);
    }

    private static JsonObject working(long count, long granularity) {
        return JsonObject.builder()
                .put("count", count)
                .put("granularity", granularity)
                .put("recording", false)
                .put("busy", false)
                .put("persistent", false)
                .build();
    }

    private static JsonObject info(DirtyBitmap bitmap) {
        JsonObject.Builder info = JsonObject.builder();
        String name = bitmap.name();
        if (name != null) {
            info.put("name", name);
        }
        info.put("count", bitmap.count())
                .put("granularity", bitmap.granularity())
                .put("recording", bitmap.isRecording())
                .put("busy", bitmap.isBusy())
                .put("persistent", bitmap.isPersistent());
        if (bitmap.isInconsistent()) {
            info.put("inconsistent", true);
        }
        return info.build();
    }
}
