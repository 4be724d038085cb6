package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;

/// Locks through {@link FileChannel#tryLock(long, long, boolean)}: the process's own, which POSIX
/// systems drop as soon as the process closes any descriptor of the file.
final class PortableLocks implements ByteLocks {
    private final FileChannel channel;
    private final List<FileLock> held = new ArrayList<>();

    PortableLocks(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public synchronized boolean tryLockShared(long offset, long length) throws BlockException {
        try {
            FileLock lock = channel.tryLock(offset, length, true);
            if (lock == null) {
                return false;
            }
            held.add(lock);
            return true;
        } catch (OverlappingFileLockException _) {
            // This process has the lock already, and shares it with itself.
            return true;
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    @Override
    public synchronized void unlock(long offset, long length) throws BlockException {
        try {
            for (FileLock lock : List.copyOf(held)) {
                if (lock.overlaps(offset, length)) {
                    lock.release();
                    held.remove(lock);
                }
            }
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    @Override
    public synchronized boolean isHeldElsewhere(long offset, long length) throws BlockException {
        try {
            FileLock probe = channel.tryLock(offset, length, false);
            if (probe == null) {
                return true;
            }
            probe.release();
            return false;
        } catch (OverlappingFileLockException _) {
            return false;
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Gives all locks up, before the channel is closed.
    synchronized void release() {
        held.clear();
    }
}
