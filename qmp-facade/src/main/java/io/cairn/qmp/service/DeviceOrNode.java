package io.cairn.qmp.service;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.job.scheduler.BlockJob;

import org.jspecify.annotations.Nullable;

/// Finds nodes for commands that have one argument for a drive and one for a node.
public final class DeviceOrNode {
    private DeviceOrNode() {}

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
