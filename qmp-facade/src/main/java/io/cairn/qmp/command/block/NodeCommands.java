package io.cairn.qmp.command.block;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.NodeInfo;
import io.cairn.qmp.service.StorageService;

import java.util.ArrayList;
import java.util.List;

/// The commands that open, change, close and list nodes (QMP reference manual, "Block devices").
public final class NodeCommands implements CommandFamily {
    private final BlockGraph graph;
    private final ChainChanges changes;

    public NodeCommands(StorageService service) {
        this.graph = service.graph();
        this.changes = new ChainChanges(graph);
    }

    /// The arguments of commands that name a node.
    private record NodeName(String nodeName) {
        static NodeName read(Arguments in) {
            return new NodeName(in.string("node-name"));
        }
    }

    /// The arguments of `query-named-block-nodes`.
    private record Listing(boolean flat) {
        static Listing read(Arguments in) {
            return new Listing(in.bool("flat", false));
        }
    }

    /// The arguments of `blockdev-reopen`: `BlockdevOptions` of one node each.
    private record Reopening(List<JsonObject> options) {
        static Reopening read(Arguments in) {
            return new Reopening(in.objects("options").stream().map(Arguments::all).toList());
        }
    }

    /// The arguments of `block-set-write-threshold`.
    private record Threshold(String nodeName, long writeThreshold) {
        static Threshold read(Arguments in) {
            return new Threshold(in.string("node-name"), in.integer("write-threshold"));
        }
    }

    /// The arguments of `change-backing-file`.
    private record BackingFile(String device, String imageNodeName, String backingFile) {
        static BackingFile read(Arguments in) {
            return new BackingFile(
                    in.string("device"), in.string("image-node-name"), in.string("backing-file"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("blockdev-add", Arguments::all, this::add);
        table.add("blockdev-reopen", Reopening::read, this::reopen);
        table.add("x-blockdev-reopen", in -> new Reopening(List.of(in.all())), this::reopen);
        table.add("blockdev-del", NodeName::read, in -> graph.remove(in.nodeName()));
        table.add("change-backing-file", BackingFile::read, this::changeBackingFile);
        table.add("block-set-write-threshold", Threshold::read, this::setWriteThreshold);
        table.query("query-named-block-nodes", Listing::read, this::list);
    }

    /// Opens a node.
    ///
    /// @param options checked `BlockdevOptions`
    private void add(JsonObject options) throws BlockException, QmpException {
        if (options.get("node-name") == null) {
            throw QmpException.generic("'node-name' must be specified for the root node");
        }
        graph.add(OpenRequest.of(Options.flattenArguments(options)).writable());
    }

    private void reopen(Reopening reopening) throws BlockException, QmpException {
        List<ReopenRequest> requests = new ArrayList<>();
        for (JsonObject given : reopening.options()) {
            Options options = Options.flattenArguments(given);
            String name = options.getString("node-name");
            if (name == null) {
                throw QmpException.generic("node-name not specified");
            }
            BlockNode node =
                    graph.find(name)
                            .orElseThrow(() ->
                                    QmpException.generic(
                                            "Failed to find node with node-name='" + name + "'"));
            requests.add(new ReopenRequest(node, options, false));
        }
        graph.reopen(requests);
    }

    private void setWriteThreshold(Threshold threshold) throws QmpException {
        String name = threshold.nodeName();
        graph.find(name)
                .orElseThrow(() -> QmpException.generic("Device '" + name + "' not found"))
                .setWriteThreshold(threshold.writeThreshold());
    }

    private void changeBackingFile(BackingFile change) throws BlockException {
        BlockNode top = BlockJob.find(graph, change.device());
        BlockNode image = BlockJob.findNode(graph, change.imageNodeName());
        if (image.backing() == null) {
            throw new InvalidOptionException(
                    "not allowing backing file change on an image without a backing file");
        }
        if (!isInChain(top, image)) {
            throw new InvalidOptionException(
                    "'" + change.device() + "' and image file are not in the same chain");
        }
        image.requireUnblocked("change");
        BlockNode backing = image.backing().node();
        boolean wasReadOnly = image.isReadOnly();
        if (wasReadOnly) {
            setReadOnly(image, false);
        }
        try {
            changes.changeReference(
                    image, new BackingReference(change.backingFile(), backing.driver()));
        } catch (BlockException e) {
            throw BlockException.of(
                    e.errno(), "Could not change backing file to '" + change.backingFile() + "'");
        } finally {
            if (wasReadOnly) {
                setReadOnly(image, true);
            }
        }
    }

    private void setReadOnly(BlockNode node, boolean on) throws BlockException {
        graph.reopen(List.of(new ReopenRequest(node, new Options().put("read-only", on), true)));
    }

    private static boolean isInChain(BlockNode top, BlockNode sought) {
        for (BlockNode node = top; node != null; node = ChainStatus.below(node)) {
            if (node == sought) {
                return true;
            }
        }
        return false;
    }

    private JsonValue list(Listing listing) throws BlockException {
        List<JsonValue> infos = new ArrayList<>();
        for (BlockNode node : graph.nodes().reversed()) {
            infos.add(NodeInfo.of(node, null, listing.flat()));
        }
        return CommandTable.list(infos);
    }
}
