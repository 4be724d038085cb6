package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// Reads and writes of a descriptor.
///
/// A platform thread makes the system call itself. A virtual thread takes what the page cache
/// answers at once (`RWF_NOWAIT`) and hands the rest to the ring, or to the {@link IoPool} where
/// the file has none.
final class DataCalls {
    /// `RWF_DSYNC`: the data are on stable storage when the call returns.
    static final int DURABLE = 2;

    private static final int NOWAIT = 8;
    private static final int SECTOR = 512;

    private final int fd;
    private final boolean isDirect;
    private final boolean usesRing;
    private volatile boolean readsAtOnce;
    private volatile boolean writesAtOnce;

    DataCalls(int fd, boolean isDirect, boolean usesRing) {
        this.fd = fd;
        this.isDirect = isDirect;
        this.usesRing = usesRing;
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
        if (!Thread.currentThread().isVirtual()) {
            LinuxCalls.check(transfer(frame, true, vectors, offset, 0));
            return vectors.done();
        }
        if (readsAtOnce) {
            long result = transfer(frame, true, vectors, offset, NOWAIT);
            if (result == 0) {
                return vectors.done();
            }
            readsAtOnce = result != -Errno.ENOTSUP.value();
        }
        transferWaiting(frame, true, vectors, offset, 0);
        return vectors.done();
    }

    private void write(CallFrame frame, Vectors vectors, long offset, int flags)
            throws BlockException {
        if (!Thread.currentThread().isVirtual()) {
            LinuxCalls.check(transfer(frame, false, vectors, offset, flags));
            return;
        }
        if (writesAtOnce && flags == 0) {
            long result = transfer(frame, false, vectors, offset, NOWAIT);
            if (result == 0) {
                return;
            }
            writesAtOnce = result != -Errno.ENOTSUP.value();
        }
        transferWaiting(frame, false, vectors, offset, flags);
    }

    private void transferWaiting(
            CallFrame frame, boolean isRead, Vectors vectors, long offset, int flags)
            throws BlockException {
        IoUring ring = usesRing ? IoUring.ifAvailable() : null;
        if (ring != null) {
            LinuxCalls.check(transferByRing(ring, isRead, vectors, offset, flags));
        } else {
            IoPool.run(() -> LinuxCalls.check(transfer(frame, isRead, vectors, offset, flags)));
        }
    }

    /// Makes calls until the vectors are used up or a read meets the end of the file.
    ///
    /// @return 0, or the negative error number of the call that failed
    private long transfer(
            CallFrame frame, boolean isRead, Vectors vectors, long offset, int flags) {
        LinuxAbi numbers = LinuxCalls.numbers();
        int number = isRead ? numbers.preadv2() : numbers.pwritev2();
        long result = 1;
        while (result > 0 && !vectors.isComplete()) {
            long at = offset + vectors.done();
            result =
                    account(
                            vectors,
                            isRead,
                            Syscall.call(
                                    frame,
                                    number,
                                    fd,
                                    vectors.address(),
                                    vectors.count(),
                                    at,
                                    0,
                                    flags));
        }
        return Math.min(result, 0);
    }

    private long transferByRing(
            IoUring uring, boolean isRead, Vectors vectors, long offset, int flags) {
        long result = 1;
        while (result > 0 && !vectors.isComplete()) {
            long at = offset + vectors.done();
            result =
                    account(
                            vectors,
                            isRead,
                            uring.run(RingRequest.transfer(fd, isRead, vectors, at, flags)));
        }
        return Math.min(result, 0);
    }

    /// Notes what one call has transferred.
    ///
    /// @return 1 to go on, 0 at the end of the file, or the negative error number
    private long account(Vectors vectors, boolean isRead, long n) {
        if (n > 0) {
            vectors.advance(n);
            // A direct read that stops within a sector has met the end of the file.
            return isRead && isDirect && n % SECTOR != 0 ? 0 : 1;
        }
        if (n == 0) {
            return isRead ? 0 : -Errno.ENOSPC.value();
        }
        return n == -Errno.EINTR.value() ? 1 : n;
    }
}
