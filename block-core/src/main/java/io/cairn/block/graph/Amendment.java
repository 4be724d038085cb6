package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Amendable;

/// An image that is being amended: until this is closed, its driver has of its children what that
/// needs, and whoever stands in the way has been found.
public final class Amendment implements AutoCloseable {
    private final BlockGraph graph;
    private final BlockNode node;
    private final Amendable image;

    private Amendment(BlockGraph graph, BlockNode node, Amendable image) {
        this.graph = graph;
        this.node = node;
        this.image = image;
    }

    /// Prepares a change of an image.
    ///
    /// @throws BlockException with `ENOTSUP` if its driver changes nothing; or naming what stands
    ///   in the way: another user, a lock, or that the storage is read-only
    public static Amendment begin(BlockGraph graph, BlockNode node) throws BlockException {
        if (!(node.driverInstance() instanceof Amendable image)) {
            throw new BlockException(Errno.ENOTSUP, "Driver does not support x-blockdev-amend");
        }
        return graph.locked(() -> {
            image.beginAmendment();
            boolean isDone = false;
            try {
                graph.updatePermissions(node);
                isDone = true;
            } finally {
                if (!isDone) {
                    image.endAmendment();
                }
            }
            return new Amendment(graph, node, image);
        });
    }

    /// Makes the change; see {@link Amendable#amend}.
    public void amend(Options options, boolean force) throws BlockException {
        image.amend(options, force);
    }

    @Override
    public void close() {
        try {
            graph.locked(() -> {
                image.endAmendment();
                graph.relaxPermissions(node);
                return node;
            });
        } catch (BlockException e) {
            throw new AssertionError(e);
        }
    }
}
