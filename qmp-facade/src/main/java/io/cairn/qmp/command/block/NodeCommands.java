package io.cairn.qmp.command.block;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

/// The commands that open and close nodes (QMP reference manual, "Block devices").
public final class NodeCommands implements CommandFamily {
    private final BlockGraph graph;

    public NodeCommands(StorageService service) {
        this.graph = service.graph();
    }

    /// The arguments of commands that name a node.
    private record NodeName(String nodeName) {
        static NodeName read(Arguments in) {
            return new NodeName(in.string("node-name"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("blockdev-add", Arguments::all, this::add);
        table.add("blockdev-del", NodeName::read, in -> graph.remove(in.nodeName()));
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
}
