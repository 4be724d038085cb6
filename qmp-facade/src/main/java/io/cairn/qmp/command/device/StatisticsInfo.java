package io.cairn.qmp.command.device;

import io.cairn.block.ChildRole;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonDouble;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.IntervalStatistics;
import io.cairn.block.statistics.LatencyHistogram;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.qmp.device.Device;
import io.cairn.qmp.device.Drive;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The figures of drives and nodes (QMP reference manual, "BlockStats").
final class StatisticsInfo {
    /// The figures of a node that counts nothing.
    private static final Accounting NONE =
            new Accounting(new Accounting.Settings(false, false, List.of()));

    private StatisticsInfo() {}

    /// The figures of a drive, and those of the nodes below it.
    static JsonObject of(Drive drive) {
        BlockNode inserted = drive.medium();
        BlockNode medium = inserted == null ? null : ChainStatus.explicit(inserted);
        JsonObject.Builder info = JsonObject.builder().put("device", drive.name());
        Device device = drive.device();
        if (device != null) {
            info.put("qdev", device.ownerName());
        }
        info.put(
                "stats",
                figures(drive.accounting(), medium == null ? 0 : medium.highestWriteOffset()));
        if (medium != null) {
            info.put("node-name", medium.name());
            putBelow(info, medium, true);
        }
        return info.build();
    }

    /// The figures of a node.
    ///
    /// @param isDeep whether those of the nodes below it are told too
    static JsonObject of(BlockNode node, boolean isDeep) {
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("node-name", node.name())
                        .put(
                                "stats",
                                figures(node.accounting().orElse(NONE), node.highestWriteOffset()));
        putSpecific(info, node);
        putBelow(info, node, isDeep);
        return info.build();
    }

    private static void putSpecific(JsonObject.Builder info, BlockNode node) {
        Map<String, Long> counted = node.driverInstance().specificStatistics();
        if (!counted.isEmpty()) {
            JsonObject.Builder specific = JsonObject.builder().put("driver", node.driver());
            counted.forEach(specific::put);
            info.put("driver-specific", specific.build());
        }
    }

    private static void putBelow(JsonObject.Builder info, BlockNode node, boolean isDeep) {
        BlockNode storage = storage(node);
        if (storage != null) {
            info.put("parent", of(storage, isDeep));
        }
        BlockNode below = ChainStatus.explicitBelow(node);
        if (isDeep && below != null) {
            info.put("backing", of(below, true));
        }
    }

    /// The child that holds a node's data, if it is one alone.
    private static @Nullable BlockNode storage(BlockNode node) {
        BlockNode primary = node.primary();
        if (primary != null) {
            return primary;
        }
        List<ChildEdge> holders =
                node.children().stream()
                        .filter(child -> child.roles().contains(ChildRole.DATA))
                        .toList();
        return holders.size() == 1 ? holders.getFirst().node() : null;
    }

    private static JsonObject figures(Accounting accounting, long highestWrite) {
        JsonObject.Builder info = JsonObject.builder();
        for (OperationKind kind : OperationKind.values()) {
            OperationStatistics of = accounting.statistics(kind);
            String name = name(kind);
            info.put(name + "_operations", of.operations())
                    .put("failed_" + name + "_operations", of.failed())
                    .put("invalid_" + name + "_operations", of.invalid())
                    .put(name + "_total_time_ns", of.totalNanos());
            if (kind != OperationKind.FLUSH) {
                info.put(name + "_bytes", of.bytes()).put(name + "_merged", of.merged());
            }
            LatencyHistogram histogram = of.histogram().orElse(null);
            if (histogram != null) {
                info.put(name + "_latency_histogram", histogram(histogram));
            }
        }
        info.put("wr_highest_offset", highestWrite)
                .put("account_invalid", accounting.settings().invalid())
                .put("account_failed", accounting.settings().failed());
        accounting.idleNanos().ifPresent(nanos -> info.put("idle_time_ns", nanos));
        List<JsonValue> timed = new ArrayList<>();
        for (int seconds : accounting.settings().intervalSeconds()) {
            timed.add(interval(accounting, seconds));
        }
        return info.put("timed_stats", new JsonArray(timed)).build();
    }

    private static String name(OperationKind kind) {
        return switch (kind) {
            case READ -> "rd";
            case WRITE -> "wr";
            case FLUSH -> "flush";
            case UNMAP -> "unmap";
        };
    }

    private static JsonObject histogram(LatencyHistogram histogram) {
        return JsonObject.builder()
                .put("boundaries", numbers(histogram.boundaries()))
                .put("bins", numbers(histogram.bins()))
                .build();
    }

    private static JsonArray numbers(List<Long> numbers) {
        return new JsonArray(numbers.stream().<JsonValue>map(n -> JsonValue.of((long) n)).toList());
    }

    private static JsonObject interval(Accounting accounting, int seconds) {
        JsonObject.Builder info = JsonObject.builder().put("interval_length", seconds);
        for (OperationKind kind :
                List.of(OperationKind.READ, OperationKind.WRITE, OperationKind.FLUSH)) {
            IntervalStatistics of = accounting.interval(kind, seconds);
            String name = name(kind);
            info.put("min_" + name + "_latency_ns", of.minNanos())
                    .put("max_" + name + "_latency_ns", of.maxNanos())
                    .put("avg_" + name + "_latency_ns", of.averageNanos());
            if (kind != OperationKind.FLUSH) {
                info.put("avg_" + name + "_queue_depth", new JsonDouble(of.queueDepth()));
            }
        }
        return info.build();
    }
}
