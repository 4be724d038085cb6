package io.cairn.format.qcow2;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;

import java.util.OptionalLong;

/// What happens when an image in use turns out to be damaged: the first finding is reported, and
/// one that makes writing dangerous marks the image corrupt and ends its use.
final class Corruption {
    /// Marks the image on disk.
    @FunctionalInterface
    interface Mark {
        void markCorrupt() throws BlockException;
    }

    private final String node;
    private final EventSink events;
    private final Mark mark;
    private volatile boolean isWritable;
    private volatile boolean isFatal;
    private boolean wasReported;

    /// @param node the node's name in events
    /// @param isWritable whether the image is open for writing, and so is marked
    Corruption(String node, EventSink events, boolean isWritable, Mark mark) {
        this.node = node;
        this.events = events;
        this.isWritable = isWritable;
        this.mark = mark;
    }

    /// The image was reopened.
    void setWritable(boolean writable) {
        isWritable = writable;
    }

    /// Whether the image is beyond use.
    boolean isFatal() {
        return isFatal;
    }

    /// Fails a request on an image that is beyond use.
    void requireUsable() throws BlockException {
        if (isFatal) {
            throw new BlockException(Errno.ENOMEDIUM, Errno.ENOMEDIUM.text());
        }
    }

    /// Ends the use of an image that is sound on disk, or will be repaired when it is opened, but
    /// no longer as memory has it.
    void endUse() {
        isFatal = true;
    }

    /// Damage that makes any further use dangerous. Without the right to write there is no danger,
    /// and the image stays usable.
    ///
    /// @param offset where the bad access would have gone, or -1
    /// @return the failure of the request that met it
    BlockException fatal(String message, long offset, long length) {
        if (!isWritable) {
            return harmless(message, offset, length);
        }
        if (!isFatal) {
            isFatal = true;
            report(message, offset, length, true);
            try {
                mark.markCorrupt();
            } catch (BlockException e) {
                BlockException failure = failure(message);
                failure.addSuppressed(e);
                return failure;
            }
        }
        return failure(message);
    }

    /// Damage that leaves the rest of the image usable.
    BlockException harmless(String message, long offset, long length) {
        if (!wasReported && !isFatal) {
            wasReported = true;
            report(message, offset, length, false);
        }
        return failure(message);
    }

    private void report(String message, long offset, long length, boolean fatal) {
        events.emit(
                new BlockEvent.ImageCorrupted(
                        node,
                        message,
                        offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset),
                        offset < 0 ? OptionalLong.empty() : OptionalLong.of(length),
                        fatal));
    }

    private static BlockException failure(String message) {
        CorruptImageException failure = new CorruptImageException(Errno.EIO, Errno.EIO.text());
        failure.withDetail(message);
        return failure;
    }
}
