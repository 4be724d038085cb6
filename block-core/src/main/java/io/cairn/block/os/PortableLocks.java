package io.cairn.block.os;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One user's locks on a {@link LockedFile}.
final class PortableLocks implements ByteLocks {
    private final LockedFile file;

    @GuardedBy("this")
    private final Set<Long> held = new HashSet<>();

    @GuardedBy("this")
    private boolean isClosed;

    PortableLocks(LockedFile file) {
        this.file = file;
    }

    @Override
    public synchronized boolean tryLockShared(long offset) throws BlockException {
        if (held.contains(offset)) {
            return true;
        }
        boolean isTaken = file.share(offset);
        if (isTaken) {
            held.add(offset);
        }
        return isTaken;
    }

    @Override
    public synchronized void unlock(long offset) throws BlockException {
        if (held.remove(offset)) {
            file.release(offset);
        }
    }

    @Override
    public synchronized boolean isHeldElsewhere(long offset) throws BlockException {
        return file.isHeldBeside(held.contains(offset) ? 1 : 0, offset);
    }

    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            for (long offset : List.copyOf(held)) {
                unlock(offset);
            }
        } catch (BlockException e) {
            // The locks go with the channel.
            System.getLogger(PortableLocks.class.getName())
                    .log(System.Logger.Level.DEBUG, "unlocking a file", e);
        } finally {
            file.leave();
        }
    }
}
