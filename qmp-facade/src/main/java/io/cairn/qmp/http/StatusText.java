package io.cairn.qmp.http;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.job.scheduler.JobInfo;
import io.cairn.qmp.export.ExportInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The figures as JSON, which the page asks for again and again.
final class StatusText {
    private StatusText() {}

    /// @param nanos the time of the figures, from a fixed but arbitrary moment
    static String of(Figures figures, long nanos) {
        List<JsonValue> nodes = new ArrayList<>();
        for (Figures.Vertex vertex : figures.vertices()) {
            if (vertex instanceof Figures.NodeFigures node) {
                nodes.add(node(node));
            }
        }
        List<JsonValue> edges = new ArrayList<>();
        for (Figures.Edge edge : figures.edges()) {
            edges.add(edge(figures, edge));
        }
        JsonObject status =
                JsonObject.builder()
                        .put("time-ns", nanos)
                        .put("nodes", new JsonArray(nodes))
                        .put("edges", new JsonArray(edges))
                        .put(
                                "drives",
                                new JsonArray(
                                        figures.drives().stream().map(StatusText::drive).toList()))
                        .put(
                                "jobs",
                                new JsonArray(
                                        figures.jobs().stream().map(StatusText::job).toList()))
                        .put(
                                "exports",
                                new JsonArray(
                                        figures.exports().stream()
                                                .map(StatusText::export)
                                                .toList()))
                        .build();
        return Json.print(status);
    }

    private static JsonValue node(Figures.NodeFigures node) {
        return JsonObject.builder()
                .put("name", node.name())
                .put("driver", node.driver())
                .put("file", node.filename())
                .put("read-only", node.isReadOnly())
                .put("counted", counted(node.counted()))
                .build();
    }

    private static JsonValue drive(Figures.DriveFigures drive) {
        return JsonObject.builder()
                .put("name", drive.name())
                .put("counted", counted(drive.counted()))
                .build();
    }

    private static JsonObject counted(Map<OperationKind, OperationStatistics> counted) {
        JsonObject.Builder all = JsonObject.builder();
        for (OperationKind kind : OperationKind.values()) {
            OperationStatistics of = counted.get(kind);
            if (of != null) {
                all.put(
                        kind.name().toLowerCase(Locale.ROOT),
                        JsonObject.builder()
                                .put("operations", of.operations())
                                .put("bytes", of.bytes())
                                .put("failed", of.failed())
                                .put("nanos", of.totalNanos())
                                .build());
            }
        }
        return all.build();
    }

    private static JsonValue edge(Figures figures, Figures.Edge edge) {
        Figures.Vertex parent = figures.vertices().get(edge.parent());
        return JsonObject.builder()
                .put("front-end", parent instanceof Figures.FrontEnd)
                .put("parent", parent.name())
                .put("child", figures.vertices().get(edge.child()).name())
                .put("name", edge.name())
                .build();
    }

    private static JsonValue job(JobInfo job) {
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("id", job.id())
                        .put("type", job.type())
                        .put("status", job.state().text())
                        .put("offset", job.offset())
                        .put("length", job.length())
                        .put("speed-limit", job.speed())
                        .put("io-status", job.ioStatus());
        String error = job.error();
        if (error != null) {
            info.put("error", error);
        }
        return info.build();
    }

    private static JsonArray clients(ExportInfo export) {
        return new JsonArray(export.clients().stream().<JsonValue>map(JsonString::new).toList());
    }

    private static JsonValue export(ExportInfo export) {
        return JsonObject.builder()
                .put("id", export.id())
                .put("type", export.type())
                .put("node", export.nodeName())
                .put("name", export.name())
                .put("writable", export.isWritable())
                .put("clients", clients(export))
                .put("shutting-down", export.isShuttingDown())
                .build();
    }
}
