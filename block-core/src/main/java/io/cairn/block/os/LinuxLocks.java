package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.util.concurrent.atomic.AtomicBoolean;

/// Locks of an open file description.
///
/// `struct flock`: type (2 bytes), whence (2), 4 unused, start (8), length (8), pid (4).
final class LinuxLocks implements ByteLocks {
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    private final int fd;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /// Locks of a descriptor that is theirs from now on.
    LinuxLocks(int fd) {
        this.fd = fd;
    }

    @Override
    public boolean tryLockShared(long offset) throws BlockException {
        return IoPool.call(() -> set(F_RDLCK, offset));
    }

    @Override
    public void unlock(long offset) throws BlockException {
        IoPool.call(() -> set(F_UNLCK, offset));
    }

    @Override
    public boolean isHeldElsewhere(long offset) throws BlockException {
        return IoPool.call(() -> {
            try (CallFrame frame = CallFrame.take()) {
                LinuxCalls.check(call(frame, F_OFD_GETLK, F_WRLCK, offset));
                return frame.memory().getShort(CallFrame.DATA) != F_UNLCK;
            }
        });
    }

    private boolean set(short type, long offset) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            long result = call(frame, F_OFD_SETLK, type, offset);
            if (result == -Errno.EAGAIN.value() || result == -Errno.EACCES.value()) {
                return false;
            }
            LinuxCalls.check(result);
            return true;
        }
    }

    private long call(CallFrame frame, int command, short type, long offset) {
        frame.clear(32);
        frame.memory()
                .putShort(CallFrame.DATA, type)
                .putLong(CallFrame.DATA + 8, offset)
                .putLong(CallFrame.DATA + 16, 1);
        return Syscall.call(
                frame, LinuxCalls.numbers().fcntl(), fd, command, frame.data(), 0, 0, 0);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            LinuxCalls.close(fd);
        }
    }
}
