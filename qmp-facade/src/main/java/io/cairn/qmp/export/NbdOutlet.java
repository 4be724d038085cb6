package io.cairn.qmp.export;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An export of an NBD server.
final class NbdOutlet implements Outlet {
    private final NbdServer server;
    private final NbdExport export;

    private NbdOutlet(NbdServer server, NbdExport export) {
        this.server = server;
        this.export = export;
    }

    /// The name by which clients would ask for an export.
    static String name(ExportOptions options, ExportOptions.Nbd nbd) {
        String name = nbd.name();
        return name == null ? options.nodeName() : name;
    }

    /// Fails for a name or a description that is too long for the protocol.
    static void requireFits(ExportOptions options, ExportOptions.Nbd nbd)
            throws InvalidOptionException {
        requireFits("export name", name(options, nbd));
        requireFits("description", nbd.description());
    }

    private static void requireFits(String what, @Nullable String text)
            throws InvalidOptionException {
        if (text != null && text.getBytes(StandardCharsets.UTF_8).length > NbdWire.MAX_STRING) {
            throw new InvalidOptionException(what + " '" + text + "' too long");
        }
    }

    static NbdOutlet open(
            BlockGraph graph,
            BlockNode node,
            NbdServer server,
            ExportOptions options,
            ExportOptions.Nbd nbd)
            throws BlockException {
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        if (options.writable()) {
            needed = needed.plus(Permission.WRITE);
        }
        List<DirtyBitmap> bitmaps = new ArrayList<>();
        for (ExportOptions.BitmapName name : nbd.bitmaps()) {
            bitmaps.add(bitmap(graph, node, name));
        }
        BlockBackend backend = graph.newBackend("", node, needed, Permissions.ALL);
        backend.setWriteThrough(options.writethrough());
        bitmaps.forEach(bitmap -> bitmap.setBusy(true));
        String description = nbd.description();
        NbdExport export =
                new NbdExport(
                        name(options, nbd),
                        description == null ? "" : description,
                        backend,
                        options.writable(),
                        true,
                        nbd.allocationDepth(),
                        bitmaps);
        server.addExport(export);
        return new NbdOutlet(server, export);
    }

    private static DirtyBitmap bitmap(
            BlockGraph graph, BlockNode top, ExportOptions.BitmapName name) throws BlockException {
        String nodeName = name.node();
        BlockNode node = nodeName == null ? top : BlockJob.findNode(graph, nodeName);
        while (node != null) {
            DirtyBitmap bitmap = node.findBitmap(name.name()).orElse(null);
            if (bitmap != null) {
                bitmap.requireUsable();
                return bitmap;
            }
            node = nodeName == null ? ChainStatus.below(node) : null;
        }
        throw new BlockException(Errno.ENOENT, "Bitmap '" + name.name() + "' is not found");
    }

    @Override
    public String type() {
        return "nbd";
    }

    @Override
    public String name() {
        return export.name();
    }

    @Override
    public List<String> clients() {
        return server.clients(export);
    }

    @Override
    public boolean isIdle() {
        return clients().isEmpty();
    }

    @Override
    public void withdraw() {
        server.removeExport(export.name());
    }

    @Override
    public void close() {
        server.disconnect(export);
        export.backend().close();
        export.bitmaps().forEach(bitmap -> bitmap.setBusy(false));
    }
}
