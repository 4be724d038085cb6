package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A connected socket by its descriptor.
///
/// Calls are counted, so that the descriptor is given back only when none uses it: its number could
/// otherwise be another file's by then.
final class LinuxSocket implements HostSocket {
    private static final int CLOSED = 1 << 30;

    /// What is added once the descriptor has been given back.
    private static final int GIVEN_BACK = 1 << 29;

    private final int fd;
    private final AtomicInteger users = new AtomicInteger();

    LinuxSocket(int fd) {
        this.fd = fd;
    }

    static LinuxSocket connect(SocketEndpoint endpoint) throws BlockException {
        if (endpoint instanceof SocketEndpoint.Descriptor given) {
            // Fails for what is no socket.
            SocketCalls.boundAddress(given.fd());
            return new LinuxSocket(given.fd());
        }
        List<byte[]> addresses = IoPool.call(() -> SocketAddresses.of(endpoint, false));
        BlockException failure = null;
        for (byte[] address : addresses) {
            try {
                return IoPool.call(() -> connect(endpoint, address));
            } catch (BlockException e) {
                failure = e;
            }
        }
        throw failure == null ? HostErrors.of(Errno.EINVAL) : failure;
    }

    private static LinuxSocket connect(SocketEndpoint endpoint, byte[] address)
            throws BlockException {
        int fd = SocketCalls.open(SocketAddresses.family(address));
        try {
            SocketCalls.connect(fd, address);
        } catch (BlockException e) {
            LinuxCalls.close(fd);
            throw e;
        }
        if (endpoint instanceof SocketEndpoint.Inet inet) {
            SocketCalls.setNoDelay(fd);
            if (inet.keepAlive()) {
                SocketCalls.setKeepAlive(fd);
            }
        }
        return new LinuxSocket(fd);
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        enter();
        try {
            int n =
                    Thread.currentThread().isVirtual()
                            ? IoPool.call(() -> SocketCalls.receive(fd, dst))
                            : SocketCalls.receive(fd, dst);
            return n == 0 ? -1 : n;
        } finally {
            leave();
        }
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        enter();
        try {
            if (Thread.currentThread().isVirtual()) {
                IoPool.run(() -> SocketCalls.send(fd, srcs));
            } else {
                SocketCalls.send(fd, srcs);
            }
        } finally {
            leave();
        }
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        enter();
        try {
            return IoPool.call(() -> SocketCalls.poll(fd, timeoutMillis));
        } finally {
            leave();
        }
    }

    private void enter() throws BlockException {
        if (users.incrementAndGet() >= CLOSED) {
            leave();
            throw HostErrors.of(Errno.EBADF);
        }
    }

    /// The last one out of a closed socket gives the descriptor back, once.
    private void leave() {
        if (users.decrementAndGet() == CLOSED && users.compareAndSet(CLOSED, CLOSED + GIVEN_BACK)) {
            LinuxCalls.close(fd);
        }
    }

    @Override
    public void shutdownInput() {
        if (users.incrementAndGet() < CLOSED) {
            SocketCalls.shutdownInput(fd);
        }
        leave();
    }

    @Override
    public void shutdown() {
        if (users.incrementAndGet() < CLOSED) {
            SocketCalls.shutdown(fd);
        }
        leave();
    }

    @Override
    public void close() {
        int before = users.get();
        while (before < CLOSED && !users.compareAndSet(before, before + 1 + CLOSED)) {
            before = users.get();
        }
        if (before < CLOSED) {
            SocketCalls.shutdown(fd);
            leave();
        }
    }
}
