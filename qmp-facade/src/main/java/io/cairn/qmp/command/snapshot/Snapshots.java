package io.cairn.qmp.command.snapshot;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.service.StorageService;
import io.cairn.qmp.transaction.Action;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The changes that put an overlay above a node, so that the node keeps what it has (QMP reference
/// manual, "blockdev-snapshot" and "blockdev-snapshot-sync").
final class Snapshots {
    private final StorageService service;
    private final BlockGraph graph;
    private final ChainChanges changes;

    Snapshots(StorageService service) {
        this.service = service;
        this.graph = service.graph();
        this.changes = new ChainChanges(graph);
    }

    /// A node, and the one that is to be put above it.
    record Snapshot(String node, String overlay) {
        static Snapshot read(Arguments in) {
            return new Snapshot(in.string("node"), in.string("overlay"));
        }
    }

    /// A node, and the file of the overlay that is to be put above it.
    ///
    /// @param isExisting whether the file is there already
    record FileSnapshot(
            @Nullable String device,
            @Nullable String nodeName,
            String file,
            @Nullable String overlayName,
            String format,
            boolean isExisting) {
        static FileSnapshot read(Arguments in) {
            return new FileSnapshot(
                    in.findString("device"),
                    in.findString("node-name"),
                    in.string("snapshot-file"),
                    in.findString("snapshot-node-name"),
                    in.string("format", "qcow2"),
                    in.string("mode", "absolute-paths").equals("existing"));
        }
    }

    /// Puts a node above another.
    Action snapshot(Snapshot snapshot) {
        return new Append() {
            @Override
            public List<BlockNode> drained() {
                return DeviceOrNode.lookup(graph, snapshot.node()).map(List::of).orElse(List.of());
            }

            @Override
            BlockNode below() throws BlockException {
                return BlockJob.find(graph, snapshot.node());
            }

            @Override
            BlockNode overlay(BlockNode below) throws BlockException, QmpException {
                requireFree(below);
                return BlockJob.find(graph, snapshot.overlay());
            }
        };
    }

    /// Makes an overlay and puts it above a node.
    Action snapshot(FileSnapshot snapshot) {
        return new Append() {
            private @Nullable BlockNode opened;

            @Override
            public List<BlockNode> drained() {
                String name = snapshot.nodeName();
                return DeviceOrNode.lookup(graph, name == null ? snapshot.device() : name)
                        .map(List::of)
                        .orElse(List.of());
            }

            @Override
            BlockNode below() throws BlockException {
                return DeviceOrNode.find(graph, snapshot.device(), snapshot.nodeName());
            }

            @Override
            BlockNode overlay(BlockNode below) throws BlockException, QmpException {
                BlockNode overlay = open(snapshot, below);
                opened = overlay;
                return overlay;
            }

            @Override
            public void commit() {
                super.commit();
                BlockNode node = opened;
                if (node != null) {
                    // Above a node that only the monitor knows it ends right here, as the peer's.
                    graph.disown(node);
                }
            }

            @Override
            void discard() throws BlockException {
                BlockNode node = opened;
                if (node != null) {
                    graph.remove(node.name());
                }
            }
        };
    }

    private BlockNode open(FileSnapshot snapshot, BlockNode below)
            throws BlockException, QmpException {
        String name = snapshot.overlayName();
        if (name == null && snapshot.nodeName() != null) {
            throw QmpException.generic("New overlay node-name missing");
        }
        if (name != null && graph.find(name).isPresent()) {
            throw QmpException.generic("New overlay node-name already in use");
        }
        requireFree(below);
        if (!snapshot.isExisting()) {
            if (graph.drivers().find(snapshot.format()).isEmpty()) {
                throw QmpException.generic("Unknown file format '" + snapshot.format() + "'");
            }
            CreateRequest request =
                    new CreateRequest(
                            snapshot.file(),
                            snapshot.format(),
                            "",
                            below.length(),
                            below.filename(),
                            below.driver(),
                            false);
            CreateImage creation = CreateImage.prepare(graph, request);
            service.announce(creation.description());
            creation.run();
        }
        Options options = new Options().put("driver", snapshot.format());
        options.put("backing", JsonNull.NULL);
        if (name != null) {
            options.put("node-name", name);
        }
        return graph.add(
                new OpenRequest(
                        snapshot.file(), options, below.flags().withReadOnly(false), false));
    }

    /// Puts an overlay above a node.
    private abstract class Append implements Action {
        private @Nullable BlockNode below;
        private @Nullable BlockNode overlay;

        abstract BlockNode below() throws BlockException;

        abstract BlockNode overlay(BlockNode below) throws BlockException, QmpException;

        /// Closes what was opened for the change.
        void discard() throws BlockException {}

        @Override
        public void prepare() throws BlockException, QmpException {
            BlockNode node = below();
            boolean isDone = false;
            try {
                BlockNode above = overlay(node);
                requireFit(above);
                changes.append(above, node);
                below = node;
                overlay = above;
                isDone = true;
            } finally {
                if (!isDone) {
                    discard();
                }
            }
        }

        @Override
        public void commit() {
            if (below == null || below.isReadOnly()) {
                return;
            }
            try {
                graph.reopen(
                        List.of(
                                new ReopenRequest(
                                        below, new Options().put("read-only", true), true)));
            } catch (BlockException e) {
                // Somebody else writes to it still, who then keeps it writable.
            }
        }

        @Override
        public void abort() {
            if (below == null || overlay == null) {
                return;
            }
            try {
                changes.removeAppended(overlay, below);
                discard();
            } catch (BlockException e) {
                throw new AssertionError("what was put in can be taken out", e);
            }
        }
    }

    /// Refuses a node on which a job works, or that has an overlay already.
    private static void requireFree(BlockNode below) throws BlockException, QmpException {
        below.requireUnblocked("external-snapshot");
        List<BlockNode> overlays = below.overlays();
        if (!overlays.isEmpty()) {
            throw QmpException.generic(
                    "Node '"
                            + below.name()
                            + "' is busy: node is used as backing hd of '"
                            + overlays.getFirst().name()
                            + "'");
        }
    }

    private void requireFit(BlockNode overlay) throws BlockException {
        for (ChildEdge edge : overlay.parents()) {
            // Who only writes, as a mirror to its target, does not mind what comes to lie below.
            if (edge.needed().has(Permission.CONSISTENT_READ)) {
                throw new InvalidOptionException("The overlay is already in use");
            }
        }
        if (overlay.backing() != null) {
            throw new InvalidOptionException("The overlay already has a backing image");
        }
        if (!graph.drivers()
                .find(overlay.driver())
                .map(BlockDriver::supportsBacking)
                .orElse(false)) {
            throw new InvalidOptionException("The overlay does not support backing images");
        }
    }
}
