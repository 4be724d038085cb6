package io.cairn.qmp.command.snapshot;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonValue;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.transaction.Action;

import org.jspecify.annotations.Nullable;

/// Snapshots within an image (QMP reference manual, "blockdev-snapshot-internal-sync"). No format
/// can take them yet.
final class InternalSnapshots {
    private final BlockGraph graph;

    InternalSnapshots(BlockGraph graph) {
        this.graph = graph;
    }

    /// A snapshot to take.
    record Addition(String device, String name) {
        static Addition read(Arguments in) {
            return new Addition(in.string("device"), in.string("name"));
        }
    }

    /// A snapshot to delete.
    record Removal(String device, @Nullable String id, @Nullable String name) {
        static Removal read(Arguments in) {
            return new Removal(in.string("device"), in.findString("id"), in.findString("name"));
        }
    }

    /// Takes a snapshot.
    Action add(Addition addition) {
        return () -> {
            BlockNode node = BlockJob.find(graph, addition.device());
            node.requireUnblocked("internal-snapshot");
            if (addition.name().isEmpty()) {
                throw new InvalidOptionException("Name is empty");
            }
            throw unsupported(node, addition.device());
        };
    }

    /// Deletes a snapshot and tells of it.
    JsonValue remove(Removal removal) throws BlockException {
        BlockNode node = BlockJob.find(graph, removal.device());
        if (removal.id() == null && removal.name() == null) {
            throw new InvalidOptionException("Name or id must be provided");
        }
        throw unsupported(node, removal.device());
    }

    private static BlockException unsupported(BlockNode node, String device) {
        return new BlockException(
                Errno.ENOTSUP,
                "Block format '"
                        + node.driver()
                        + "' used by device '"
                        + device
                        + "' does not support internal snapshots");
    }
}
