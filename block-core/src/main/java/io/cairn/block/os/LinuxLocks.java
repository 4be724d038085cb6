package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

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

    LinuxLocks(int fd) {
        this.fd = fd;
    }

    @Override
    public boolean tryLockShared(long offset, long length) throws BlockException {
        return IoPool.call(() -> set(F_RDLCK, offset, length));
    }

    @Override
    public void unlock(long offset, long length) throws BlockException {
        IoPool.call(() -> set(F_UNLCK, offset, length));
    }

    @Override
    public boolean isHeldElsewhere(long offset, long length) throws BlockException {
        return IoPool.call(() -> {
            try (CallFrame frame = CallFrame.take()) {
                LinuxCalls.check(call(frame, F_OFD_GETLK, F_WRLCK, offset, length));
                return frame.memory().getShort(CallFrame.DATA) != F_UNLCK;
            }
        });
    }

    private boolean set(short type, long offset, long length) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            long result = call(frame, F_OFD_SETLK, type, offset, length);
            if (result == -Errno.EAGAIN.value() || result == -Errno.EACCES.value()) {
                return false;
            }
            LinuxCalls.check(result);
            return true;
        }
    }

    private long call(CallFrame frame, int command, short type, long offset, long length) {
        frame.clear(32);
        frame.memory()
                .putShort(CallFrame.DATA, type)
                .putLong(CallFrame.DATA + 8, offset)
                .putLong(CallFrame.DATA + 16, length);
        return Syscall.call(
                frame, LinuxCalls.numbers().fcntl(), fd, command, frame.data(), 0, 0, 0);
    }
}
