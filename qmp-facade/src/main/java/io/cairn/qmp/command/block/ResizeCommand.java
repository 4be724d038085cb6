package io.cairn.qmp.command.block;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// `block_resize`: gives a node another length.
public final class ResizeCommand implements CommandFamily {
    private static final Permissions NEEDED = Permissions.of(Permission.RESIZE);

    private final BlockGraph graph;

    public ResizeCommand(StorageService service) {
        this.graph = service.graph();
    }

    /// The command's arguments.
    private record Resize(@Nullable String device, @Nullable String nodeName, long size) {
        static Resize read(Arguments in) {
            return new Resize(
                    in.findString("device"), in.findString("node-name"), in.integer("size"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("block_resize", Resize::read, this::resize);
    }

    private void resize(Resize resize) throws BlockException, QmpException {
        BlockNode node = DeviceOrNode.find(graph, resize.device(), resize.nodeName());
        if (resize.size() < 0) {
            throw QmpException.generic("Parameter 'size' expects a >0 size");
        }
        node.requireUnblocked("resize");
        if (!node.overlays().isEmpty()) {
            throw QmpException.generic("Device '(null)' is in use");
        }
        try (BlockBackend backend = graph.newBackend("", node, NEEDED, Permissions.ALL)) {
            backend.truncate(resize.size(), false, Preallocation.OFF, true);
        }
    }
}
