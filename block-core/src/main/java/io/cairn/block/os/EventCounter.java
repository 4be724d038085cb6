package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

/// A counter of events (Linux manual, eventfd(2)), which somebody raises to end what others wait
/// for at a device. Threads may come and go; a wait at a closed counter fails with `EBADF`.
final class EventCounter implements AutoCloseable {
    /// No limit to a wait.
    static final long FOREVER = -1;

    /// What {@link #poll} returns beside the events of the device, which are below it.
    static final int RAISED = 1 << 16;

    private static final int POLLIN = 1;

    private static final SocketAbi ABI = SocketAbi.of(System.getProperty("os.arch"));

    private final CountedDescriptor counter;

    private EventCounter(int fd) {
        counter = new CountedDescriptor(fd);
    }

    static EventCounter open() throws BlockException {
        return new EventCounter(LinuxCalls.openEvents());
    }

    /// Ends all waits, those that come too.
    void raise() {
        try {
            int fd = counter.enter();
            try {
                LinuxCalls.signal(fd);
            } finally {
                counter.leave();
            }
        } catch (BlockException _) {
            // Closed: nobody waits.
        }
    }

    /// Takes back what has raised it.
    void lower() throws BlockException {
        if (await(0)) {
            int fd = counter.enter();
            try (CallFrame frame = CallFrame.take()) {
                int read = LinuxCalls.numbers().read();
                Syscall.call(frame, read, fd, frame.data(), Long.BYTES, 0, 0, 0);
            } finally {
                counter.leave();
            }
        }
    }

    /// Waits until it is raised.
    ///
    /// @return false if the time was first
    boolean await(long timeoutMillis) throws BlockException {
        int fd = counter.enter();
        try {
            return SocketCalls.poll(fd, timeoutMillis);
        } finally {
            counter.leave();
        }
    }

    /// Waits for an event of a device, or until the counter is raised.
    ///
    /// @param wanted events as of poll(2)
    /// @param timeoutMillis at most 2^31, or {@link #FOREVER}
    /// @return the events of the device, with {@link #RAISED} if it is so; 0 if the time or a
    ///   signal was first
    int poll(CountedDescriptor device, int wanted, long timeoutMillis) throws BlockException {
        int fd = device.enter();
        try {
            int events = counter.enter();
            try (CallFrame frame = CallFrame.take()) {
                int first = CallFrame.DATA + 16;
                frame.memory()
                        .putLong(CallFrame.DATA, timeoutMillis / 1000)
                        .putLong(CallFrame.DATA + 8, timeoutMillis % 1000 * 1_000_000)
                        .putInt(first, fd)
                        .putInt(first + 4, wanted)
                        .putInt(first + 8, events)
                        .putInt(first + 12, POLLIN);
                long timeout = timeoutMillis == FOREVER ? 0 : frame.data();
                long n = Syscall.call(frame, ABI.ppoll(), frame.data() + 16, 2, timeout, 0, 0, 0);
                if (n == 0 || n == -Errno.EINTR.value()) {
                    return 0;
                }
                LinuxCalls.check(n);
                int seen = Short.toUnsignedInt(frame.memory().getShort(first + 6));
                return frame.memory().getShort(first + 14) == 0 ? seen : seen | RAISED;
            } finally {
                counter.leave();
            }
        } finally {
            device.leave();
        }
    }

    @Override
    public void close() {
        boolean _ = counter.close();
    }
}
