package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Waits of virtual threads until a socket can be read, or written, through epoll: a thread that
/// waits here holds no carrier and no stack.
///
/// Of each direction one thread may wait for one socket.
final class Readiness {
    private static final int EPOLLIN = 1;
    private static final int EPOLLOUT = 4;
    private static final int EPOLLRDHUP = 0x2000;
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int EPOLL_CLOEXEC = 02000000;
    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;

    /// Events that are taken in one call.
    private static final int BATCH = 64;

    private static final SocketAbi ABI = SocketAbi.of(System.getProperty("os.arch"));

    private final String name;
    private final int events;
    private final ConcurrentHashMap<Integer, Waiter> waiters = new ConcurrentHashMap<>();
    private int epoll = -1;

    private Readiness(String name, int events) {
        this.name = name;
        this.events = events;
    }

    /// A thread that waits, and whether it need not wait any more.
    private static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private volatile boolean isReady;
    }

    /// Those that exist once somebody has waited.
    private static final class Shared {
        static final Readiness IN = new Readiness("os:readable", EPOLLIN | EPOLLRDHUP);
        static final Readiness OUT = new Readiness("os:writable", EPOLLOUT);
    }

    /// Waits until something can be read, or there will be nothing more.
    ///
    /// @return false if the time was over first
    static boolean awaitReadable(int fd, long timeoutMillis) throws BlockException {
        return Shared.IN.await(fd, timeoutMillis);
    }

    /// Waits until something can be written, or the peer has gone.
    static void awaitWritable(int fd) throws BlockException {
        Shared.OUT.await(fd, Long.MAX_VALUE);
    }

    private boolean await(int fd, long timeoutMillis) throws BlockException {
        int queue = queue();
        Waiter waiter = new Waiter();
        long start = System.nanoTime();
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        waiters.put(fd, waiter);
        try {
            control(queue, CTL_ADD, fd);
            try {
                Workers.parkUntil(
                        () -> waiter.isReady || System.nanoTime() - start >= nanos,
                        () -> LockSupport.parkNanos(waiter, nanos - (System.nanoTime() - start)));
            } finally {
                control(queue, CTL_DEL, fd);
            }
        } finally {
            waiters.remove(fd);
        }
        return waiter.isReady;
    }

    /// The kernel's queue of events, with a thread that takes them out.
    private synchronized int queue() throws BlockException {
        if (epoll < 0) {
            try (CallFrame frame = CallFrame.take()) {
                epoll =
                        (int)
                                LinuxCalls.check(
                                        Syscall.call(
                                                frame,
                                                ABI.epollCreate1(),
                                                EPOLL_CLOEXEC,
                                                0,
                                                0,
                                                0,
                                                0,
                                                0));
            }
            int opened = epoll;
            Workers.startDaemon(name, () -> serve(opened));
        }
        return epoll;
    }

    private void control(int queue, int operation, int fd) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory()
                    .putInt(CallFrame.DATA, events | EPOLLONESHOT)
                    .putLong(CallFrame.DATA + ABI.epollData(), fd);
            LinuxCalls.check(
                    Syscall.call(frame, ABI.epollCtl(), queue, operation, fd, frame.data(), 0, 0));
        }
    }

    private void serve(int queue) {
        int size = ABI.epollData() + Long.BYTES;
        try (CallFrame frame = CallFrame.take(BATCH * size)) {
            while (true) {
                long count =
                        Syscall.call(frame, ABI.epollPwait(), queue, frame.data(), BATCH, -1, 0, 8);
                if (count < 0 && count != -Errno.EINTR.value()) {
                    throw new IllegalStateException("epoll_pwait: error " + -count);
                }
                for (int i = 0; i < count; i++) {
                    int at = CallFrame.DATA + i * size + ABI.epollData();
                    wake((int) frame.memory().getLong(at));
                }
            }
        }
    }

    private void wake(int fd) {
        @Nullable Waiter waiter = waiters.get(fd);
        if (waiter != null) {
            waiter.isReady = true;
            LockSupport.unpark(waiter.thread);
        }
    }
}
