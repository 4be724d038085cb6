package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.Limits;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;

import java.nio.ByteBuffer;

/// An open `compress` node. Requests come in whole clusters, since it asks for that.
final class CompressInstance extends PassThrough {
    private final int clusterSize;

    CompressInstance(Child file, long clusterSize) {
        super(file);
        this.clusterSize = Math.toIntExact(Math.max(1, clusterSize));
    }

    /// Clusters stay whole however short the transfers are that the child wants: a compressed write
    /// is not cut.
    @Override
    public Limits limits(Limits inherited) {
        return inherited
                .withRequestAlignment(clusterSize)
                .withTransfer(0, inherited.optimalTransfer());
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        int count = src.remaining();
        for (int done = 0; done < count; done += clusterSize) {
            int n = Math.min(clusterSize, count - done);
            file().write(offset + done, Buffers.slice(src, done, n), WriteFlags.COMPRESSED);
        }
    }

    @Override
    public boolean supportsFua() {
        return false;
    }
}
