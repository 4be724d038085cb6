package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Endpoints as Linux's `struct sockaddr_*`: the family (16 bits, native), then what it takes.
final class SocketAddresses {
    /// Bytes of `sun_path`.
    private static final int PATH_SIZE = 108;

    private SocketAddresses() {}

    /// The addresses of an endpoint that are to be tried in turn.
    ///
    /// @param passive whether they are to listen on
    static List<byte[]> of(SocketEndpoint endpoint, boolean passive) throws BlockException {
        // A switch over patterns would cost every server's start some milliseconds.
        if (endpoint instanceof SocketEndpoint.Unix unix) {
            return List.of(ofUnix(unix));
        }
        return switch (endpoint) {
            case SocketEndpoint.Inet inet -> ofInet(inet, passive);
            case SocketEndpoint.Unix unix -> List.of(ofUnix(unix));
            case SocketEndpoint.Vsock vsock -> List.of(ofVsock(vsock));
            case SocketEndpoint.Descriptor _ -> throw new IllegalArgumentException("no address");
        };
    }

    /// The family of an address.
    static int family(byte[] address) {
        return ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort(0);
    }

    /// The port of an address of TCP.
    static int port(byte[] address) {
        return ByteBuffer.wrap(address).getShort(2) & 0xffff;
    }

    /// An address as people write it, the port behind a colon; see {@link HostSocket#peerName()}.
    static String name(byte[] address) {
        ByteBuffer b = ByteBuffer.wrap(address);
        return switch (family(address)) {
            case SocketCalls.AF_INET -> name(Arrays.copyOfRange(address, 4, 8), port(address));
            case SocketCalls.AF_INET6 -> name(Arrays.copyOfRange(address, 8, 24), port(address));
            case SocketCalls.AF_VSOCK -> {
                b.order(ByteOrder.nativeOrder());
                yield "vsock " + unsigned(b.getInt(8)) + ":" + unsigned(b.getInt(4));
            }
            default -> HostSocket.UNKNOWN;
        };
    }

    private static String unsigned(int value) {
        return Integer.toUnsignedString(value);
    }

    private static String name(byte[] host, int port) {
        try {
            return name(InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + host.length + " bytes", e);
        }
    }

    static String name(InetAddress host, int port) {
        String text = host.getHostAddress();
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }

    private static List<byte[]> ofInet(SocketEndpoint.Inet inet, boolean passive)
            throws BlockException {
        List<byte[]> found = new ArrayList<>();
        for (InetAddress address : HostNames.resolve(inet, passive)) {
            if (address instanceof Inet6Address six && inet.ipv6()) {
                found.add(ofInet6(six, inet.port()));
            } else if (address instanceof Inet4Address && inet.ipv4()) {
                ByteBuffer b = start(16, SocketCalls.AF_INET);
                b.putShort((short) inet.port()).put(address.getAddress());
                found.add(bytes(b));
            }
        }
        if (found.isEmpty()) {
            throw new HostException(
                    Errno.EINVAL, "address resolution failed for " + inet + ": no such address");
        }
        return found;
    }

    private static byte[] ofInet6(Inet6Address address, int port) {
        ByteBuffer b = start(28, SocketCalls.AF_INET6);
        b.putShort((short) port).putInt(0).put(address.getAddress());
        b.order(ByteOrder.nativeOrder()).putInt(address.getScopeId());
        return bytes(b);
    }

    private static byte[] ofUnix(SocketEndpoint.Unix unix) throws BlockException {
        byte[] name = unix.path().getBytes(StandardCharsets.UTF_8);
        int limit = unix.isAbstract() ? PATH_SIZE - 1 : PATH_SIZE;
        if (name.length > limit) {
            throw new HostException(
                            Errno.EINVAL, "UNIX socket path '" + unix.path() + "' is too long")
                    .withHint("Path must be less than " + PATH_SIZE + " bytes");
        }
        int used = unix.isAbstract() ? 1 + name.length : Math.min(PATH_SIZE, name.length + 1);
        ByteBuffer b =
                start(
                        2 + (unix.isAbstract() && !unix.isTight() ? PATH_SIZE : used),
                        SocketCalls.AF_UNIX);
        if (unix.isAbstract()) {
            b.put((byte) 0);
        }
        b.put(name);
        return bytes(b);
    }

    private static byte[] ofVsock(SocketEndpoint.Vsock vsock) {
        ByteBuffer b = start(16, SocketCalls.AF_VSOCK);
        b.order(ByteOrder.nativeOrder())
                .putShort((short) 0)
                .putInt((int) vsock.port())
                .putInt((int) vsock.cid());
        return bytes(b);
    }

    private static byte[] bytes(ByteBuffer address) {
        byte[] bytes = new byte[address.capacity()];
        address.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer start(int size, int family) {
        ByteBuffer b = ByteBuffer.allocate(size);
        b.order(ByteOrder.nativeOrder()).putShort((short) family);
        return b.order(ByteOrder.BIG_ENDIAN);
    }

    /// Names of hosts.
    static final class HostNames {
        private HostNames() {}

        /// The addresses of a name, in the host's order of preference.
        static InetAddress[] resolve(SocketEndpoint.Inet inet, boolean passive)
                throws BlockException {
            try {
                if (inet.host().isEmpty()) {
                    byte[] all = new byte[inet.ipv6() ? 16 : 4];
                    return passive
                            ? new InetAddress[] {InetAddress.getByAddress(all)}
                            : InetAddress.getAllByName("localhost");
                }
                return InetAddress.getAllByName(inet.host());
            } catch (UnknownHostException e) {
                BlockException failure =
                        new HostException(
                                Errno.EINVAL,
                                "address resolution failed for "
                                        + inet
                                        + ": Name or service not known");
                failure.initCause(e);
                throw failure;
            }
        }
    }
}
