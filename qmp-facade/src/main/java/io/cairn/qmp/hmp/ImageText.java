package io.cairn.qmp.hmp;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Sizes;

/// The images of a drive or a node, for people to read.
final class ImageText {
    private ImageText() {}

    /// Adds what a `BlockInfo` or a `BlockDeviceInfo` says of its image and those below.
    static void append(StringBuilder out, JsonObject info) {
        JsonObject inserted = BlockText.object(info, "inserted");
        JsonObject image = BlockText.object(inserted == null ? info : inserted, "image");
        if (image != null) {
            out.append("\nImages:\n");
        }
        for (; image != null; image = BlockText.object(image, "backing-image")) {
            long size = BlockText.number(image, "virtual-size");
            out.append("image: ").append(BlockText.text(image, "filename")).append('\n');
            out.append("file format: ").append(BlockText.text(image, "format")).append('\n');
            out.append("virtual size: ")
                    .append(Sizes.human(size))
                    .append(" (")
                    .append(size)
                    .append(" bytes)\n");
            out.append("disk size: ")
                    .append(
                            image.get("actual-size") == null
                                    ? "unavailable"
                                    : Sizes.human(BlockText.number(image, "actual-size")))
                    .append('\n');
            if (BlockText.number(image, "cluster-size") > 0) {
                out.append("cluster_size: ")
                        .append(BlockText.number(image, "cluster-size"))
                        .append('\n');
            }
            String backing = BlockText.text(image, "backing-filename");
            if (!backing.isEmpty()) {
                out.append("backing file: ").append(backing).append('\n');
            }
        }
    }
}
