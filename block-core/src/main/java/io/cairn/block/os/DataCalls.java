package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// Reads and writes of a descriptor by system calls.
///
/// A platform thread makes the call itself. A virtual thread takes what the page cache answers at
/// once (`RWF_NOWAIT`) and hands the rest to the {@link IoPool}.
final class DataCalls {
    /// `RWF_DSYNC`: the data are on stable storage when the call returns.
    static final int DURABLE = 2;

    private static final int NOWAIT = 8;
    private static final int SECTOR = 512;

    private final int fd;
    private final boolean isDirect;
    private volatile boolean readsAtOnce;
    private volatile boolean writesAtOnce;

    DataCalls(int fd, boolean isDirect) {
        this.fd = fd;
        this.isDirect = isDirect;
        readsAtOnce = !isDirect;
        writesAtOnce = !isDirect;
    }

    int read(long offset, ByteBuffer dst) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            return (int) read(frame, Vectors.of(frame, dst), offset);
        } finally {
            Reference.reachabilityFence(dst);
        }
    }

    long read(long offset, ByteBuffer[] dsts) throws BlockException {
        try (CallFrame frame = Vectors.frame(dsts.length)) {
            return read(frame, Vectors.of(frame, dsts), offset);
        } finally {
            Reference.reachabilityFence(dsts);
        }
    }

    void write(long offset, ByteBuffer src) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            write(frame, Vectors.of(frame, src), offset, 0);
        } finally {
            Reference.reachabilityFence(src);
        }
    }

    void write(long offset, ByteBuffer[] srcs, int flags) throws BlockException {
        try (CallFrame frame = Vectors.frame(srcs.length)) {
            write(frame, Vectors.of(frame, srcs), offset, flags);
        } finally {
            Reference.reachabilityFence(srcs);
        }
    }

    private long read(CallFrame frame, Vectors vectors, long offset) throws BlockException {
        int number = LinuxCalls.numbers().preadv2();
        if (!Thread.currentThread().isVirtual()) {
            LinuxCalls.check(transfer(frame, number, vectors, offset, 0));
            return vectors.done();
        }
        if (readsAtOnce) {
            long result = transfer(frame, number, vectors, offset, NOWAIT);
            if (result == 0) {
                return vectors.done();
            }
            readsAtOnce = result != -Errno.ENOTSUP.value();
        }
        IoPool.run(() -> LinuxCalls.check(transfer(frame, number, vectors, offset, 0)));
        return vectors.done();
    }

    private void write(CallFrame frame, Vectors vectors, long offset, int flags)
            throws BlockException {
        int number = LinuxCalls.numbers().pwritev2();
        if (!Thread.currentThread().isVirtual()) {
            LinuxCalls.check(transfer(frame, number, vectors, offset, flags));
            return;
        }
        if (writesAtOnce && flags == 0) {
            long result = transfer(frame, number, vectors, offset, NOWAIT);
            if (result == 0) {
                return;
            }
            writesAtOnce = result != -Errno.ENOTSUP.value();
        }
        IoPool.run(() -> LinuxCalls.check(transfer(frame, number, vectors, offset, flags)));
    }

    /// Makes calls until the vectors are used up or a read meets the end of the file.
    ///
    /// @return 0, or the negative error number of the call that failed
    private long transfer(CallFrame frame, int number, Vectors vectors, long offset, int flags) {
        while (!vectors.isComplete()) {
            long n =
                    Syscall.call(
                            frame,
                            number,
                            fd,
                            vectors.address(),
                            vectors.count(),
                            offset + vectors.done(),
                            0,
                            flags);
            if (n > 0) {
                vectors.advance(n);
                if (isDirect && n % SECTOR != 0) {
                    // A direct read that stops within a sector has met the end of the file.
                    return 0;
                }
            } else if (n == 0) {
                boolean isRead = number == LinuxCalls.numbers().preadv2();
                return isRead ? 0 : -Errno.ENOSPC.value();
            } else if (n != -Errno.EINTR.value()) {
                return n;
            }
        }
        return 0;
    }
}
