package io.cairn.cli.img;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Sizes;
import io.cairn.block.spi.FormatInfo;
import io.cairn.cli.image.SpecificText;
import io.cairn.job.image.ImageInfo;

/// What can be told of an image, for people to read.
final class InfoText {
    private final StringBuilder out = new StringBuilder();

    private InfoText() {}

    /// The text, ending with its line.
    static String of(ImageInfo info) {
        InfoText text = new InfoText();
        text.append(info);
        return text.out.toString();
    }

    private void append(ImageInfo info) {
        line("image: ", info.filename());
        line("file format: ", info.format());
        out.append("virtual size: ").append(Sizes.human(info.virtualSize()));
        out.append(" (").append(info.virtualSize()).append(" bytes)\n");
        line(
                "disk size: ",
                info.allocatedSize() < 0 ? "unavailable" : Sizes.human(info.allocatedSize()));
        FormatInfo details = info.details().orElse(FormatInfo.NONE);
        if (details.encrypted()) {
            line("encrypted: ", "yes");
        }
        if (details.clusterSize() > 0) {
            line("cluster_size: ", Long.toString(details.clusterSize()));
        }
        if (details.dirty()) {
            line("cleanly shut down: ", "no");
        }
        if (info.backing().isPresent()) {
            append(info.backing().get());
        }
        if (!info.snapshots().isEmpty()) {
            out.append("Snapshot list:\n");
            SnapshotTable.append(out, info.snapshots());
        }
        JsonObject specific = details.specific();
        if (specific != null) {
            out.append("Format specific information:\n");
            SpecificText.append(out, specific);
        }
    }

    private void append(ImageInfo.Backing backing) {
        out.append("backing file: ").append(backing.filename());
        String resolved = backing.resolved();
        if (resolved == null) {
            out.append(" (cannot determine actual path)");
        } else if (!resolved.equals(backing.filename())) {
            out.append(" (actual path: ").append(resolved).append(')');
        }
        out.append('\n');
        String format = backing.format();
        if (format != null) {
            line("backing file format: ", format);
        }
    }

    private void line(String label, String value) {
        out.append(label).append(value).append('\n');
    }
}
