package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostPath;

/// Opens an image under an overlay that takes what is written and is gone once it is closed, so
/// that the image stays as it is.
public final class TemporaryOverlay {
    private static final String FORMAT = "qcow2";

    private TemporaryOverlay() {}

    /// Opens the image read-only, whatever the request's flags, and the overlay by those flags.
    ///
    /// @param needed what the caller will do with the overlay
    public static BlockBackend open(BlockGraph graph, OpenRequest request, Permissions needed)
            throws BlockException {
        NodeFlags flags = request.flags();
        OpenRequest base = request.withFlags(flags.withReadOnly(true));
        try (BlockBackend image =
                graph.open(base, Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL)) {
            String file = HostPath.createTemporary(HostPath.temporaryDirectory(), "vl.");
            try {
                CreateImage.prepare(graph, CreateRequest.of(file, FORMAT, image.length())).run();
                Options overlay =
                        new Options()
                                .put("driver", FORMAT)
                                .put("file.driver", "file")
                                .put("file.filename", file)
                                .put("backing", image.node().name());
                return graph.open(
                        OpenRequest.of(overlay)
                                .withFlags(flags.withCache(false, true).withForceShare(false)),
                        needed,
                        Permissions.ALL);
            } finally {
                HostPath.delete(file);
            }
        }
    }
}
