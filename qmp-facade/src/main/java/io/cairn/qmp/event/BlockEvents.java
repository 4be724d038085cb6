package io.cairn.qmp.event;

import io.cairn.block.BlockEvent;
import io.cairn.block.EventSink;
import io.cairn.block.JobEvent;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.JsonObject;

/// Sends what happens in the block layer as QMP's events.
public final class BlockEvents implements EventSink {
    private final BlockGraph graph;
    private final EventHub hub;

    public BlockEvents(BlockGraph graph, EventHub hub) {
        this.graph = graph;
        this.hub = hub;
    }

    @Override
    public void emit(BlockEvent event) {
        switch (event) {
            case BlockEvent.NodeEvent node -> emitNode(node);
            case JobEvent job -> emitJob(job);
        }
    }

    private void emitNode(BlockEvent.NodeEvent event) {
        switch (event) {
            case BlockEvent.ImageCorrupted corrupted -> {
                JsonObject.Builder data =
                        JsonObject.builder()
                                .put("device", driveOf(corrupted.node()))
                                .put("node-name", corrupted.node())
                                .put("msg", corrupted.message())
                                .put("fatal", corrupted.fatal());
                corrupted.offset().ifPresent(offset -> data.put("offset", offset));
                corrupted.size().ifPresent(size -> data.put("size", size));
                hub.emit("BLOCK_IMAGE_CORRUPTED", data.build());
            }
            case BlockEvent.WriteThreshold(String node, long exceeded, long threshold) ->
                    hub.emit(
                            "BLOCK_WRITE_THRESHOLD",
                            JsonObject.builder()
                                    .put("node-name", node)
                                    .put("amount-exceeded", exceeded)
                                    .put("write-threshold", threshold)
                                    .build());
            case BlockEvent.QuorumReportBad bad -> {
                JsonObject.Builder data =
                        JsonObject.builder()
                                .put("type", bad.operation())
                                .put("node-name", bad.node())
                                .put("sector-num", bad.sectorNumber())
                                .put("sectors-count", bad.sectorCount());
                String error = bad.error();
                if (error != null) {
                    data.put("error", error);
                }
                hub.emit("QUORUM_REPORT_BAD", data.build());
            }
            case BlockEvent.QuorumFailure failure ->
                    hub.emit(
                            "QUORUM_FAILURE",
                            JsonObject.builder()
                                    .put("reference", failure.reference())
                                    .put("sector-num", failure.sectorNumber())
                                    .put("sectors-count", failure.sectorCount())
                                    .build());
            case BlockEvent.ContentMismatch _,
                    BlockEvent.RequestSuspended _,
                    BlockEvent.RequestResumed _ -> {
                // Not for clients of QMP.
            }
        }
    }

    /// The drive whose medium a node is, empty if there is none.
    private String driveOf(String node) {
        return graph.devices().withRoot(node).map(BlockBackend::name).orElse("");
    }

    private void emitJob(JobEvent event) {
        switch (event) {
            case JobEvent.StatusChange(String job, String status) ->
                    hub.emit(
                            "JOB_STATUS_CHANGE",
                            JsonObject.builder().put("id", job).put("status", status).build());
            case JobEvent.Completed done -> {
                JsonObject.Builder data =
                        progress(
                                done.job(),
                                done.type(),
                                done.length(),
                                done.offset(),
                                done.speed());
                String error = done.error();
                if (error != null) {
                    data.put("error", error);
                }
                hub.emit("BLOCK_JOB_COMPLETED", data.build());
            }
            case JobEvent.Cancelled(
                            String job,
                            String type,
                            long length,
                            long offset,
                            long speed) ->
                    hub.emit(
                            "BLOCK_JOB_CANCELLED",
                            progress(job, type, length, offset, speed).build());
            case JobEvent.Ready(String job, String type, long length, long offset, long speed) ->
                    hub.emit("BLOCK_JOB_READY", progress(job, type, length, offset, speed).build());
            case JobEvent.Pending(String job, String type) ->
                    hub.emit(
                            "BLOCK_JOB_PENDING",
                            JsonObject.builder().put("type", type).put("id", job).build());
            case JobEvent.RequestFailed(String job, String operation, String action) ->
                    hub.emit(
                            "BLOCK_JOB_ERROR",
                            JsonObject.builder()
                                    .put("device", job)
                                    .put("operation", operation)
                                    .put("action", action)
                                    .build());
        }
    }

    private static JsonObject.Builder progress(
            String job, String type, long length, long offset, long speed) {
        return JsonObject.builder()
                .put("type", type)
                .put("device", job)
                .put("len", length)
                .put("offset", offset)
                .put("speed", speed);
    }
}
