package io.cairn.qmp.service;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.option.JsonValue;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.schema.Arguments;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Finds nodes for commands that have one argument for a drive and one for a node.
public final class DeviceOrNode {
    private DeviceOrNode() {}

    /// The node that is known by that name or by that of its drive, if there is one.
    public static Optional<BlockNode> lookup(BlockGraph graph, @Nullable String name) {
        if (name == null) {
            return Optional.empty();
        }
        ChildEdge root = graph.devices().find(name).map(BlockBackend::root).orElse(null);
        return root == null ? graph.find(name) : Optional.of(root.node());
    }

    /// The arguments of a command that starts a job on a `device`: the job bears the name of the
    /// drive, if they give it none and there is one.
    public static Arguments withJobId(BlockGraph graph, Arguments in) {
        String drive = driveName(graph, in.string("device"));
        return in.has("job-id") || drive.isEmpty() ? in : in.with("job-id", JsonValue.of(drive));
    }

    private static String driveName(BlockGraph graph, String name) {
        if (graph.devices().find(name).isPresent()) {
            return name;
        }
        BlockNode node = graph.find(name).orElse(null);
        return node == null || node.reference().equals(node.name()) ? "" : node.reference();
    }

    /// The node of that name, or else the one in the drive of that name.
    public static BlockNode find(
            BlockGraph graph, @Nullable String device, @Nullable String nodeName)
            throws BlockException {
        if (nodeName != null) {
            return BlockJob.findNode(graph, nodeName);
        }
        if (device != null && graph.devices().find(device).isPresent()) {
            return graph.lookup(device);
        }
        throw new BlockException(
                Errno.ENODEV,
                "Cannot find device='" + (device == null ? "" : device) + "' nor node-name=''");
    }
}
