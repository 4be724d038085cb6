package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.HostFile;

/// The ways in which a file's ranges are zeroed without writing zeroes out. What the filesystem has
/// refused once is not tried again.
final class ZeroMethods {
    private final boolean isRegular;
    private volatile boolean canPunch = true;
    private volatile boolean canZeroRange = true;
    private volatile boolean canAllocate = true;
    private volatile boolean canDiscard = true;

    ZeroMethods(boolean isRegular) {
        this.isRegular = isRegular;
    }

    private interface Call {
        void run() throws BlockException;
    }

    /// Zeroes a range, growing a regular file where needed; false if no way is left.
    boolean write(HostFile file, long offset, long length, boolean mayUnmap) throws BlockException {
        if (mayUnmap && canPunch && !growsBy(file, offset, length)) {
            canPunch = works(() -> file.punchHole(offset, length));
            if (canPunch) {
                return true;
            }
        }
        if (canZeroRange) {
            canZeroRange = works(() -> file.zeroRange(offset, length));
            if (canZeroRange) {
                return true;
            }
        }
        return isRegular && punchAndAllocate(file, offset, length);
    }

    /// Zeroes a range by giving it back and taking it anew; beyond the end taking is enough.
    private boolean punchAndAllocate(HostFile file, long offset, long length)
            throws BlockException {
        if (!canAllocate) {
            return false;
        }
        if (offset < file.length()) {
            if (!canPunch) {
                return false;
            }
            canPunch = works(() -> file.punchHole(offset, length));
            if (!canPunch) {
                return false;
            }
        }
        canAllocate = works(() -> file.allocate(offset, length));
        return canAllocate;
    }

    /// Gives a range back where the filesystem can.
    boolean discard(HostFile file, long offset, long length) throws BlockException {
        if (canDiscard) {
            canDiscard = works(() -> file.discard(offset, length));
        }
        return canDiscard;
    }

    private boolean growsBy(HostFile file, long offset, long length) throws BlockException {
        return isRegular && offset > file.length() - length;
    }

    private static boolean works(Call call) throws BlockException {
        try {
            call.run();
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOTSUP || e.errno() == Errno.ENOSYS) {
                return false;
            }
            throw e;
        }
    }
}
