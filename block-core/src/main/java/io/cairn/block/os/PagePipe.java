package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.PageSink;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicBoolean;

/// Pages of a file on their way to a socket: a pipe, which takes them in before a message about
/// them is begun, so that a failure to read is known in time.
///
/// For one thread at a time.
public final class PagePipe implements PageSink {
    private static final SocketAbi ABI = SocketAbi.of(System.getProperty("os.arch"));
    private static final int O_CLOEXEC = 02000000;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int PAGE = 4096;

    /// Fails rather than waits for room in the pipe.
    private static final int NON_BLOCKING = 2;

    private final int out;
    private final int in;
    private final int capacity;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private PagePipe(int out, int in, int capacity) {
        this.out = out;
        this.in = in;
        this.capacity = capacity;
    }

    /// Makes a pipe, if the host has such and lets us have it.
    ///
    /// @param capacity in bytes, at most 1 MiB
    public static @Nullable PagePipe open(int capacity) {
        if (!(Host.current() instanceof LinuxHost)) {
            return null;
        }
        try (CallFrame frame = CallFrame.take()) {
            long made = Syscall.call(frame, ABI.pipe2(), frame.data(), O_CLOEXEC, 0, 0, 0, 0);
            if (made < 0) {
                return null;
            }
            int out = frame.memory().getInt(CallFrame.DATA);
            int in = frame.memory().getInt(CallFrame.DATA + 4);
            long size =
                    Syscall.call(
                            frame,
                            LinuxCalls.numbers().fcntl(),
                            in,
                            F_SETPIPE_SZ,
                            capacity,
                            0,
                            0,
                            0);
            PagePipe pipe = new PagePipe(out, in, capacity);
            if (size < capacity) {
                pipe.close();
                return null;
            }
            return pipe;
        }
    }

    @Override
    public int capacity() {
        return capacity;
    }

    /// Takes a range of a file. On a failure, and if false is returned, the pipe may hold a part of
    /// it and is of no further use.
    ///
    /// @return whether all of it was taken
    boolean fill(int fd, long offset, int length) throws BlockException {
        if (length + offset % PAGE > capacity) {
            return false;
        }
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putLong(CallFrame.DATA, offset);
            int done = 0;
            while (done < length) {
                long n =
                        Syscall.call(
                                frame,
                                ABI.splice(),
                                fd,
                                frame.data(),
                                in,
                                0,
                                length - done,
                                NON_BLOCKING);
                if (n == 0 || n == -Errno.EAGAIN.value() || n == -Errno.EINVAL.value()) {
                    return false;
                }
                if (n != -Errno.EINTR.value()) {
                    done += (int) LinuxCalls.check(n);
                }
            }
            return true;
        }
    }

    /// Sends bytes that the pipe holds.
    void drain(int socket, int length) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            int done = 0;
            while (done < length) {
                long n = Syscall.call(frame, ABI.splice(), out, 0, socket, 0, length - done, 0);
                if (n == 0) {
                    throw HostErrors.of(Errno.EPIPE);
                }
                if (n != -Errno.EINTR.value()) {
                    done += (int) LinuxCalls.check(n);
                }
            }
        }
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            LinuxCalls.close(out);
            LinuxCalls.close(in);
        }
    }
}
