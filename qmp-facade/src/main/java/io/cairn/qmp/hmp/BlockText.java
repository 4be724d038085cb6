package io.cairn.qmp.hmp;

import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What QMP's answers say of drives, nodes and jobs, for people to read.
final class BlockText {
    private static final List<String> LIMITS =
            List.of(
                    "bps",
                    "bps_rd",
                    "bps_wr",
                    "bps_max",
                    "bps_rd_max",
                    "bps_wr_max",
                    "iops",
                    "iops_rd",
                    "iops_wr",
                    "iops_max",
                    "iops_rd_max",
                    "iops_wr_max",
                    "iops_size");

    private static final List<String> FIGURES =
            List.of(
                    "rd_bytes",
                    "wr_bytes",
                    "rd_operations",
                    "wr_operations",
                    "flush_operations",
                    "wr_total_time_ns",
                    "rd_total_time_ns",
                    "flush_total_time_ns",
                    "rd_merged",
                    "wr_merged",
                    "idle_time_ns");

    private BlockText() {}

    // ---- reading answers

    static List<JsonValue> elements(JsonValue list) {
        return list instanceof JsonArray array ? array.elements() : List.of();
    }

    static @Nullable JsonObject object(JsonObject in, String name) {
        return in.get(name) instanceof JsonObject object ? object : null;
    }

    static String text(JsonObject in, String name) {
        return in.get(name) instanceof JsonString string ? string.value() : "";
    }

    static boolean is(JsonObject in, String name) {
        return in.get(name) == JsonBoolean.TRUE;
    }

    static long number(JsonObject in, String name) {
        return in.get(name) instanceof JsonInteger integer ? integer.bits() : 0;
    }

    // ---- drives

    /// A drive of `query-block`.
    static String drive(JsonObject info) {
        StringBuilder out = new StringBuilder();
        JsonObject inserted = object(info, "inserted");
        String device = text(info, "device");
        String qdev = text(info, "qdev");
        String node = inserted == null ? "" : text(inserted, "node-name");
        if (!device.isEmpty()) {
            out.append(device).append(node.isEmpty() ? "" : " (" + node + ")");
        } else {
            out.append(node.isEmpty() ? qdev : node);
        }
        medium(out, inserted);
        if (!qdev.isEmpty()) {
            out.append("    Attached to:      ").append(qdev).append('\n');
        }
        String status = text(info, "io-status");
        if (!status.isEmpty() && !status.equals("ok")) {
            out.append("    I/O status:       ").append(status).append('\n');
        }
        if (is(info, "removable")) {
            out.append("    Removable device: ")
                    .append(is(info, "locked") ? "" : "not ")
                    .append("locked, tray ")
                    .append(is(info, "tray_open") ? "open" : "closed")
                    .append('\n');
        }
        if (inserted != null) {
            details(out, inserted);
        }
        return out.toString();
    }

    /// A node of `query-named-block-nodes`.
    static String node(JsonObject info) {
        StringBuilder out = new StringBuilder(text(info, "node-name"));
        medium(out, info);
        details(out, info);
        return out.toString();
    }

    private static void medium(StringBuilder out, @Nullable JsonObject inserted) {
        if (inserted == null) {
            out.append(": [not inserted]\n");
            return;
        }
        out.append(": ")
                .append(text(inserted, "file"))
                .append(" (")
                .append(text(inserted, "drv"))
                .append(is(inserted, "ro") ? ", read-only" : "")
                .append(is(inserted, "encrypted") ? ", encrypted" : "")
                .append(")\n");
    }

    private static void details(StringBuilder out, JsonObject inserted) {
        JsonObject cache = object(inserted, "cache");
        if (cache != null) {
            out.append("    Cache mode:       ")
                    .append(is(cache, "writeback") ? "writeback" : "writethrough")
                    .append(is(cache, "direct") ? ", direct" : "")
                    .append(is(cache, "no-flush") ? ", ignore flushes" : "")
                    .append('\n');
        }
        String backing = text(inserted, "backing_file");
        if (!backing.isEmpty()) {
            out.append("    Backing file:     ")
                    .append(backing)
                    .append(" (chain depth: ")
                    .append(number(inserted, "backing_file_depth"))
                    .append(")\n");
        }
        String zeroes = text(inserted, "detect_zeroes");
        if (!zeroes.isEmpty() && !zeroes.equals("off")) {
            out.append("    Detect zeroes:    ").append(zeroes).append('\n');
        }
        String group = text(inserted, "group");
        if (!group.isEmpty()) {
            out.append("    I/O throttling:  ");
            for (String limit : LIMITS) {
                out.append(' ').append(limit).append('=').append(number(inserted, limit));
            }
            out.append(" group=").append(group).append('\n');
        }
    }

    /// The figures of a drive of `query-blockstats`.
    static String figures(JsonObject info) {
        StringBuilder out = new StringBuilder(text(info, "device")).append(':');
        JsonObject stats = object(info, "stats");
        for (String figure : FIGURES) {
            out.append(' ')
                    .append(figure)
                    .append('=')
                    .append(stats == null ? 0 : number(stats, figure));
        }
        return out.append('\n').toString();
    }

    /// A job of `query-block-jobs`.
    static String job(JsonObject info) {
        boolean isStream = text(info, "type").equals("stream");
        return (isStream ? "Streaming device " : "Type " + text(info, "type") + ", device ")
                + text(info, "device")
                + ": Completed "
                + number(info, "offset")
                + " of "
                + number(info, "len")
                + " bytes, speed limit "
                + number(info, "speed")
                + " bytes/s\n";
    }
}
