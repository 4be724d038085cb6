package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.util.concurrent.atomic.AtomicInteger;

/// The descriptor of a socket, whose calls are counted, so that it is given back only when none
/// uses it: its number could otherwise be another file's by then.
final class CountedDescriptor {
    private static final int CLOSED = 1 << 30;

    /// What is added once the descriptor has been given back.
    private static final int GIVEN_BACK = 1 << 29;

    private final int fd;
    private final AtomicInteger users = new AtomicInteger();

    CountedDescriptor(int fd) {
        this.fd = fd;
    }

    /// Begins a call, which {@link #leave()} ends.
    ///
    /// @return the descriptor
    /// @throws BlockException with `EBADF` once it is closed
    int enter() throws BlockException {
        if (users.incrementAndGet() >= CLOSED) {
            leave();
            throw HostErrors.of(Errno.EBADF);
        }
        return fd;
    }

    /// Ends a call. The last one out of a closed descriptor gives it back, once.
    void leave() {
        if (users.decrementAndGet() == CLOSED && users.compareAndSet(CLOSED, CLOSED + GIVEN_BACK)) {
            LinuxCalls.close(fd);
        }
    }

    /// Lets nothing more come or go, and ends waits for it; nothing if it is closed.
    void shutdown() {
        if (users.incrementAndGet() < CLOSED) {
            SocketCalls.shutdown(fd);
        }
        leave();
    }

    /// Lets nothing more come.
    void shutdownInput() {
        if (users.incrementAndGet() < CLOSED) {
            SocketCalls.shutdownInput(fd);
        }
        leave();
    }

    /// Shuts down, and gives the descriptor back when the last call has ended.
    ///
    /// @return whether it was open until now
    boolean close() {
        int before = users.get();
        while (before < CLOSED && !users.compareAndSet(before, before + 1 + CLOSED)) {
            before = users.get();
        }
        if (before >= CLOSED) {
            return false;
        }
        SocketCalls.shutdown(fd);
        leave();
        return true;
    }
}
