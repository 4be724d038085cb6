package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;

import java.util.concurrent.locks.StampedLock;

/// The descriptor of a node, which may be replaced by another of the same file.
///
/// A node that takes write access by itself is not drained when that happens: its requests hold a
/// read lock, so that none is under way on the old descriptor when it is closed. Other nodes are
/// reopened only while they are drained, and pay nothing.
final class FileHandle implements AutoCloseable {
    private final StampedLock swap = new StampedLock();
    private volatile HostFile file;
    private volatile boolean isDynamic;

    FileHandle(HostFile file, boolean isDynamic) {
        this.file = file;
        this.isDynamic = isDynamic;
    }

    /// The descriptor; good until {@link #leave}.
    HostFile file() {
        return file;
    }

    /// Whether write access is taken only while a parent needs it.
    boolean isDynamic() {
        return isDynamic;
    }

    void setDynamic(boolean on) {
        isDynamic = on;
    }

    long enter() {
        return isDynamic ? swap.readLock() : 0;
    }

    void leave(long stamp) {
        if (stamp != 0) {
            swap.unlockRead(stamp);
        }
    }

    /// Opens the same file with other flags.
    HostFile reopen(String filename, OpenFlags flags) throws BlockException {
        try {
            return file.reopen(flags);
        } catch (BlockException e) {
            throw e.prefixed("Could not open '" + filename + "'");
        }
    }

    /// Puts another descriptor in place and closes the old one once no request uses it.
    void replace(HostFile replacement) {
        long stamp = swap.writeLock();
        try {
            file.close();
            file = replacement;
        } finally {
            swap.unlockWrite(stamp);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
