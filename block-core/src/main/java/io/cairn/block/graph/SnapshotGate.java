package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.spi.PointInTime;

import java.nio.ByteBuffer;

/// The way to the point in time that the node at an edge keeps: counts requests in flight on that
/// node.
final class SnapshotGate implements PointInTime {
    private final ChildEdge edge;

    SnapshotGate(ChildEdge edge) {
        this.edge = edge;
    }

    /// A request to a node's point in time.
    @FunctionalInterface
    private interface Request<T> {
        T run(PointInTime snapshot) throws BlockException;
    }

    private <T> T enter(Request<T> request) throws BlockException {
        BlockNode node = edge.node();
        InFlight inFlight = node.io().inFlight();
        inFlight.enter();
        try {
            if (!(node.driverInstance() instanceof PointInTime snapshot)) {
                throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
            }
            return request.run(snapshot);
        } catch (BlockException e) {
            throw e.atNode(node.name());
        } finally {
            inFlight.leave();
        }
    }

    @Override
    public void readSnapshot(long offset, ByteBuffer dst) throws BlockException {
        enter(snapshot -> {
            snapshot.readSnapshot(offset, dst);
            return true;
        });
    }

    @Override
    public BlockStatus snapshotStatus(long offset, long length) throws BlockException {
        return enter(snapshot -> snapshot.snapshotStatus(offset, length));
    }

    @Override
    public void discardSnapshot(long offset, long length) throws BlockException {
        enter(snapshot -> {
            snapshot.discardSnapshot(offset, length);
            return true;
        });
    }
}
