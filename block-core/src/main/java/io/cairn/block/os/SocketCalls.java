package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Linux's calls on sockets; see {@link SocketEndpoint} for what is reached by them.
final class SocketCalls {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_VSOCK = 40;

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    /// `struct ucred`: process, user, group.
    private static final int PEER_SIZE = 12;

    private static final int MSG_NOSIGNAL = 0x4000;

    /// Fails rather than waits.
    static final int DONT_WAIT = 0x40;

    /// Waits until a buffer is full, or a signal or the end comes first.
    static final int WAIT_ALL = 0x100;

    private static final int SHUT_RD = 0;
    private static final int SHUT_RDWR = 2;
    private static final int POLLIN = 1;

    /// `struct msghdr`: name, its length, vectors, their count, control data, its length, flags.
    private static final int MESSAGE_SIZE = 56;

    /// Where control data stand in a frame, behind the message and its one vector.
    private static final int CONTROL = MESSAGE_SIZE + 16;

    /// `struct cmsghdr`: length (8), level (4), type (4); the descriptors follow.
    private static final int CONTROL_HEADER = 16;

    private static final int CONTROL_SIZE = CONTROL_HEADER + HostSocket.MOST_PASSED * Integer.BYTES;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final SocketAbi ABI = SocketAbi.of(System.getProperty("os.arch"));

    private SocketCalls() {}

    static int open(int family) throws BlockException {
        return (int) LinuxCalls.check(call(ABI.socket(), family, SOCK_STREAM | SOCK_CLOEXEC, 0, 0));
    }

    /// Smaller waits for requests that are smaller than a packet.
    static void setNoDelay(int fd) {
        set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }

    static void setKeepAlive(int fd) {
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    }

    static void setReuseAddress(int fd) {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    }

    /// Leaves the same port of version 4 to another socket, or takes it too.
    static void setVersion6Only(int fd, boolean on) {
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, on ? 1 : 0);
    }

    /// Sets an option that a socket of another kind does not have; it is then left out.
    private static void set(int fd, int level, int option, int value) {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putInt(CallFrame.DATA, value);
            Syscall.call(
                    frame, ABI.setsockopt(), fd, level, option, frame.data(), Integer.BYTES, 0);
        }
    }

    static void bind(int fd, byte[] address) throws BlockException {
        LinuxCalls.check(withAddress(ABI.bind(), fd, address));
    }

    static void listen(int fd, int backlog) throws BlockException {
        LinuxCalls.check(call(ABI.listen(), fd, backlog, 0, 0));
    }

    static void connect(int fd, byte[] address) throws BlockException {
        LinuxCalls.check(withAddress(ABI.connect(), fd, address));
    }

    private static long withAddress(int number, int fd, byte[] address) {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().put(CallFrame.DATA, address);
            return Syscall.call(frame, number, fd, frame.data(), address.length, 0, 0, 0);
        }
    }

    /// The address that a socket is bound to, as `struct sockaddr`.
    static byte[] boundAddress(int fd) throws BlockException {
        return address(ABI.getsockname(), fd);
    }

    /// The address of the peer of a connected socket, as `struct sockaddr`.
    static byte[] peerAddress(int fd) throws BlockException {
        return address(ABI.getpeername(), fd);
    }

    /// The process at the other end of a socket in the filesystem (`SO_PEERCRED`); 0 if this
    /// process cannot see that.
    static int peerProcess(int fd) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putInt(CallFrame.DATA, PEER_SIZE);
            long peer = frame.data() + 8;
            LinuxCalls.check(
                    Syscall.call(
                            frame,
                            ABI.getsockopt(),
                            fd,
                            SOL_SOCKET,
                            SO_PEERCRED,
                            peer,
                            frame.data(),
                            0));
            return frame.memory().getInt(CallFrame.DATA + 8);
        }
    }

    private static byte[] address(int number, int fd) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putInt(CallFrame.DATA, 128);
            LinuxCalls.check(
                    Syscall.call(frame, number, fd, frame.data() + 8, frame.data(), 0, 0, 0));
            byte[] address = new byte[Math.min(128, frame.memory().getInt(CallFrame.DATA))];
            frame.memory().get(CallFrame.DATA + 8, address);
            return address;
        }
    }

    static int accept(int fd) throws BlockException {
        while (true) {
            long result = call(ABI.accept4(), fd, 0, 0, SOCK_CLOEXEC);
            boolean again =
                    result == -Errno.EINTR.value() || result == -103; // ECONNABORTED: it has gone.
            if (!again) {
                return (int) LinuxCalls.check(result);
            }
        }
    }

    /// How long {@link #receive} waits at most, 0 for any time.
    static void setReceiveTimeout(int fd, long millis) {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory()
                    .putLong(CallFrame.DATA, millis / 1000)
                    .putLong(CallFrame.DATA + 8, millis % 1000 * 1000);
            Syscall.call(frame, ABI.setsockopt(), fd, SOL_SOCKET, SO_RCVTIMEO, frame.data(), 16, 0);
        }
    }

    /// Reads what has come; 0 at the end, -1 if nothing came in time.
    static int receive(int fd, ByteBuffer dst, int flags) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            long address = Syscall.address(dst);
            while (true) {
                long n =
                        Syscall.call(
                                frame, ABI.recvfrom(), fd, address, dst.remaining(), flags, 0, 0);
                if (n == -Errno.EAGAIN.value()) {
                    return -1;
                }
                if (n != -Errno.EINTR.value()) {
                    return (int) LinuxCalls.check(n);
                }
            }
        } finally {
            Reference.reachabilityFence(dst);
        }
    }

    /// Reads as {@link #receive(int, ByteBuffer, int)} does, and takes the descriptors that came
    /// beside the bytes.
    static int receive(int fd, ByteBuffer dst, int flags, Consumer<PassedDescriptor> taker)
            throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            while (true) {
                describe(frame, dst, CONTROL_SIZE);
                long n =
                        Syscall.call(
                                frame,
                                ABI.recvmsg(),
                                fd,
                                frame.data(),
                                flags | MSG_CMSG_CLOEXEC,
                                0,
                                0,
                                0);
                if (n == -Errno.EAGAIN.value()) {
                    return -1;
                }
                if (n != -Errno.EINTR.value()) {
                    LinuxCalls.check(n);
                    takeDescriptors(frame.memory(), taker);
                    return (int) n;
                }
            }
        } finally {
            Reference.reachabilityFence(dst);
        }
    }

    private static void takeDescriptors(ByteBuffer memory, Consumer<PassedDescriptor> taker) {
        long length = memory.getLong(CallFrame.DATA + 40);
        int header = CallFrame.DATA + CONTROL;
        boolean isPassed =
                length >= CONTROL_HEADER
                        && memory.getInt(header + 8) == SOL_SOCKET
                        && memory.getInt(header + 12) == SCM_RIGHTS;
        if (!isPassed) {
            return;
        }
        // There is no other kind of control message that we asked for.
        int end = (int) Math.min(length, memory.getLong(header));
        for (int at = CONTROL_HEADER; at + Integer.BYTES <= end; at += Integer.BYTES) {
            taker.accept(new PassedDescriptor(memory.getInt(header + at)));
        }
    }

    /// Writes a buffer with descriptors beside it.
    ///
    /// @return the bytes that were written
    static int send(int fd, ByteBuffer src, int[] descriptors) throws BlockException {
        if (descriptors.length > HostSocket.MOST_PASSED) {
            throw HostErrors.of(Errno.EINVAL);
        }
        int length = CONTROL_HEADER + descriptors.length * Integer.BYTES;
        try (CallFrame frame = CallFrame.take()) {
            describe(frame, src, length);
            ByteBuffer memory = frame.memory();
            int header = CallFrame.DATA + CONTROL;
            memory.putLong(header, length)
                    .putInt(header + 8, SOL_SOCKET)
                    .putInt(header + 12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.length; i++) {
                memory.putInt(header + CONTROL_HEADER + i * Integer.BYTES, descriptors[i]);
            }
            long n;
            do {
                n = Syscall.call(frame, ABI.sendmsg(), fd, frame.data(), MSG_NOSIGNAL, 0, 0, 0);
            } while (n == -Errno.EINTR.value());
            return (int) LinuxCalls.check(n);
        } finally {
            Reference.reachabilityFence(src);
        }
    }

    /// Writes a `struct msghdr` with one vector and room for control data into a frame.
    private static void describe(CallFrame frame, ByteBuffer buffer, int controlLength) {
        frame.clear(CONTROL + CONTROL_SIZE);
        frame.memory()
                .putLong(CallFrame.DATA + 16, frame.data() + MESSAGE_SIZE)
                .putLong(CallFrame.DATA + 24, 1)
                .putLong(CallFrame.DATA + 32, frame.data() + CONTROL)
                .putLong(CallFrame.DATA + 40, controlLength)
                .putLong(CallFrame.DATA + MESSAGE_SIZE, Syscall.address(buffer))
                .putLong(CallFrame.DATA + MESSAGE_SIZE + 8, buffer.remaining());
    }

    /// Writes all buffers.
    static void send(int fd, ByteBuffer[] srcs) throws BlockException {
        try (CallFrame frame = Vectors.frame(srcs.length);
                CallFrame message = CallFrame.take()) {
            Vectors vectors = Vectors.of(frame, srcs);
            boolean isVirtual = Thread.currentThread().isVirtual();
            int flags = isVirtual ? MSG_NOSIGNAL | DONT_WAIT : MSG_NOSIGNAL;
            while (!vectors.isComplete()) {
                message.clear(MESSAGE_SIZE);
                message.memory()
                        .putLong(CallFrame.DATA + 16, vectors.address())
                        .putLong(CallFrame.DATA + 24, vectors.count());
                long n = Syscall.call(message, ABI.sendmsg(), fd, message.data(), flags, 0, 0, 0);
                if (isVirtual && n == -Errno.EAGAIN.value()) {
                    Readiness.awaitWritable(fd);
                } else if (n != -Errno.EINTR.value()) {
                    vectors.advance(LinuxCalls.check(n));
                }
            }
        } finally {
            Reference.reachabilityFence(srcs);
        }
    }

    static boolean poll(int fd, long timeoutMillis) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory()
                    .putLong(CallFrame.DATA, timeoutMillis / 1000)
                    .putLong(CallFrame.DATA + 8, timeoutMillis % 1000 * 1_000_000)
                    .putInt(CallFrame.DATA + 16, fd)
                    .putInt(CallFrame.DATA + 20, POLLIN);
            long n = Syscall.call(frame, ABI.ppoll(), frame.data() + 16, 1, frame.data(), 0, 0, 0);
            return n != -Errno.EINTR.value() && LinuxCalls.check(n) > 0;
        }
    }

    static void shutdownInput(int fd) {
        call(ABI.shutdown(), fd, SHUT_RD, 0, 0);
    }

    static void shutdown(int fd) {
        call(ABI.shutdown(), fd, SHUT_RDWR, 0, 0);
    }

    private static long call(int number, long a, long b, long c, long d) {
        try (CallFrame frame = CallFrame.take()) {
            return Syscall.call(frame, number, a, b, c, d, 0, 0);
        }
    }
}
