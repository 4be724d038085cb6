package io.cairn.job.compare;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Failures;

import java.nio.ByteBuffer;

/// One of the images that are compared.
///
/// @param name the image's name in messages
public record CompareImage(BlockBackend backend, String name) {
    long length() {
        return backend.length();
    }

    /// Reads a part of a piece that begins at `pieceOffset`.
    void read(long offset, ByteBuffer dst, long pieceOffset) throws BlockException {
        try {
            backend.read(offset, dst);
        } catch (BlockException e) {
            throw Failures.during("Error while reading offset " + pieceOffset + " of " + name, e);
        }
    }

    /// What the image and its backing chain know of a range.
    BlockStatus status(long offset, long length) throws BlockException {
        try {
            return backend.chainStatus(offset, length, true).status();
        } catch (BlockException e) {
            BlockException failure =
                    new BlockException(e.errno(), "Sector allocation test failed for " + name);
            failure.initCause(e);
            throw failure.withDetail(e.getMessage());
        }
    }
}
