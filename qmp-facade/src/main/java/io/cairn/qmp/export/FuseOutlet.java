package io.cairn.qmp.export;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.fuse.server.FuseExport;
import io.cairn.fuse.server.FuseOptions;

import java.util.List;

/// An export that is mounted as a file.
final class FuseOutlet implements Outlet {
    private final FuseExport export;

    private FuseOutlet(FuseExport export) {
        this.export = export;
    }

    /// @param ended called if somebody else unmounts the file
    static FuseOutlet open(
            BlockGraph graph,
            BlockNode node,
            ExportOptions options,
            ExportOptions.Fuse fuse,
            Runnable ended)
            throws BlockException {
        return new FuseOutlet(
                FuseExport.open(
                        graph,
                        node,
                        new FuseOptions(
                                options.id(),
                                fuse.mountpoint(),
                                options.writable(),
                                fuse.growable(),
                                fuse.allowOther()),
                        options.writethrough(),
                        ended));
    }

    /// Whether a name leads to the file.
    boolean isAt(String mountpoint) {
        return export.isAt(mountpoint);
    }

    @Override
    public String type() {
        return "fuse";
    }

    @Override
    public String name() {
        return export.options().mountpoint();
    }

    /// Nobody knows who has a file open.
    @Override
    public List<String> clients() {
        return List.of();
    }

    @Override
    public boolean isIdle() {
        return false;
    }

    /// A file is unmounted at once.
    @Override
    public void withdraw() {}

    @Override
    public void close() {
        try {
            export.close();
        } catch (BlockException e) {
            System.getLogger(FuseOutlet.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "could not unmount " + name() + ": " + e.getMessage());
        }
    }
}
