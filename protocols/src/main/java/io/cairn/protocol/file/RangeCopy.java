package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.HostFile;

/// Copies ranges between files inside the kernel.
final class RangeCopy {
    private RangeCopy() {}

    /// Copies a range; false if the kernel cannot, or the source ends within it. The target is then
    /// as it was or partly written with the same data.
    static boolean copy(
            HostFile source, long sourceOffset, HostFile target, long offset, long length)
            throws BlockException {
        for (long done = 0; done < length; ) {
            long n;
            try {
                n = target.copyRange(source, sourceOffset + done, offset + done, length - done);
            } catch (BlockException e) {
                if (isUnsupported(e.errno())) {
                    return false;
                }
                throw e;
            }
            if (n == 0) {
                return false;
            }
            done += n;
        }
        return true;
    }

    private static boolean isUnsupported(Errno errno) {
        return errno == Errno.ENOTSUP
                || errno == Errno.ENOSYS
                || errno == Errno.EXDEV
                || errno == Errno.EINVAL
                || errno == Errno.EBADF;
    }
}
