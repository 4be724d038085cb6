package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/// A connected socket by its descriptor.
final class LinuxSocket implements HostSocket {
    private final CountedDescriptor descriptor;
    private final boolean isLocal;

    /// The receive timeout that is set in the kernel; used by the thread that reads.
    private volatile long patience;

    LinuxSocket(int fd) throws BlockException {
        descriptor = new CountedDescriptor(fd);
        // Fails for what is no socket.
        isLocal = SocketAddresses.family(SocketCalls.boundAddress(fd)) == SocketCalls.AF_UNIX;
    }

    static LinuxSocket connect(SocketEndpoint endpoint) throws BlockException {
        if (endpoint instanceof SocketEndpoint.Descriptor given) {
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
        return read(dst, 0);
    }

    /// The socket remembers the patience, so that asking again costs nothing.
    @Override
    public int read(ByteBuffer dst, long patienceMillis) throws BlockException {
        int fd = descriptor.enter();
        try {
            int n = receive(fd, dst, patienceMillis);
            return n < 0 ? 0 : n == 0 ? -1 : n;
        } finally {
            descriptor.leave();
        }
    }

    /// Descriptors come over unix sockets alone.
    @Override
    public int read(ByteBuffer dst, Consumer<PassedDescriptor> taker) throws BlockException {
        if (!isLocal) {
            return read(dst);
        }
        int fd = descriptor.enter();
        try {
            boolean isVirtual = Thread.currentThread().isVirtual();
            if (!isVirtual) {
                setPatience(fd, 0);
            }
            int flags = isVirtual ? SocketCalls.DONT_WAIT : 0;
            int n = SocketCalls.receive(fd, dst, flags, taker);
            while (n < 0 && (!isVirtual || Readiness.awaitReadable(fd, Long.MAX_VALUE))) {
                n = SocketCalls.receive(fd, dst, flags, taker);
            }
            return n <= 0 ? -1 : n;
        } finally {
            descriptor.leave();
        }
    }

    /// A platform thread waits in the kernel for all of them, which costs one call.
    @Override
    public int readFully(ByteBuffer dst) throws BlockException {
        if (Thread.currentThread().isVirtual()) {
            return HostSocket.super.readFully(dst);
        }
        int fd = descriptor.enter();
        try {
            setPatience(fd, 0);
            int done = 0;
            while (done < dst.remaining()) {
                ByteBuffer rest = dst.slice(dst.position() + done, dst.remaining() - done);
                int n = SocketCalls.receive(fd, rest, SocketCalls.WAIT_ALL);
                if (n == 0) {
                    break;
                }
                done += Math.max(0, n);
            }
            return done;
        } finally {
            descriptor.leave();
        }
    }

    private int receive(int fd, ByteBuffer dst, long patienceMillis) throws BlockException {
        if (Thread.currentThread().isVirtual()) {
            return receiveWhenReady(fd, dst, patienceMillis);
        }
        setPatience(fd, patienceMillis);
        int n = SocketCalls.receive(fd, dst, 0);
        while (n < 0 && patienceMillis == 0) {
            n = SocketCalls.receive(fd, dst, 0);
        }
        return n;
    }

    private void setPatience(int fd, long millis) {
        if (patience != millis) {
            SocketCalls.setReceiveTimeout(fd, millis);
            patience = millis;
        }
    }

    private int receiveWhenReady(int fd, ByteBuffer dst, long patienceMillis)
            throws BlockException {
        long limit = patienceMillis == 0 ? Long.MAX_VALUE : patienceMillis;
        int n = SocketCalls.receive(fd, dst, SocketCalls.DONT_WAIT);
        while (n < 0 && Readiness.awaitReadable(fd, limit)) {
            n = SocketCalls.receive(fd, dst, SocketCalls.DONT_WAIT);
        }
        return n;
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        int fd = descriptor.enter();
        try {
            SocketCalls.send(fd, srcs);
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public void writePassing(ByteBuffer src, int... descriptors) throws BlockException {
        if (!isLocal) {
            HostSocket.super.writePassing(src, descriptors);
        }
        int fd = descriptor.enter();
        int done;
        try {
            done = SocketCalls.send(fd, src, descriptors);
        } finally {
            descriptor.leave();
        }
        if (done < src.remaining()) {
            write(src.slice(src.position() + done, src.remaining() - done));
        }
    }

    /// Over a network, even that within the host, pages that stand alone cost more than they save.
    @Override
    public boolean takesPages() {
        return isLocal;
    }

    @Override
    public void write(PagePipe pipe, int length) throws BlockException {
        int fd = descriptor.enter();
        try {
            pipe.drain(fd, length);
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public String peerName() {
        try {
            int fd = descriptor.enter();
            try {
                if (!isLocal) {
                    return SocketAddresses.name(SocketCalls.peerAddress(fd));
                }
                int process = SocketCalls.peerProcess(fd);
                return process == 0 ? UNKNOWN : "process " + process;
            } finally {
                descriptor.leave();
            }
        } catch (BlockException _) {
            return UNKNOWN;
        }
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        int fd = descriptor.enter();
        try {
            return Thread.currentThread().isVirtual()
                    ? Readiness.awaitReadable(fd, timeoutMillis)
                    : SocketCalls.poll(fd, timeoutMillis);
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public void shutdownInput() {
        descriptor.shutdownInput();
    }

    @Override
    public void shutdown() {
        descriptor.shutdown();
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
