package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// A connected socket through the JDK.
final class PortableSocket implements HostSocket {
    private final SocketChannel channel;

    PortableSocket(SocketChannel channel) {
        this.channel = channel;
    }

    static PortableSocket connect(SocketEndpoint endpoint) throws BlockException {
        BlockException failure = null;
        for (SocketAddress address : addresses(endpoint, false)) {
            try {
                return new PortableSocket(open(endpoint, address));
            } catch (IOException e) {
                failure = HostErrors.from(e);
            }
        }
        throw failure == null ? HostErrors.of(Errno.EINVAL) : failure;
    }

    private static SocketChannel open(SocketEndpoint endpoint, SocketAddress address)
            throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        if (endpoint instanceof SocketEndpoint.Inet inet) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, inet.keepAlive());
        }
        return channel;
    }

    /// The addresses of an endpoint that are to be tried in turn.
    static List<SocketAddress> addresses(SocketEndpoint endpoint, boolean passive)
            throws BlockException {
        List<SocketAddress> found = new ArrayList<>();
        if (endpoint instanceof SocketEndpoint.Inet inet) {
            for (InetAddress address : SocketAddresses.HostNames.resolve(inet, passive)) {
                found.add(new InetSocketAddress(address, inet.port()));
            }
        } else if (endpoint instanceof SocketEndpoint.Unix unix && !unix.isAbstract()) {
            found.add(UnixDomainSocketAddress.of(unix.path()));
        } else {
            throw new HostException(
                    Errno.ENOTSUP, "sockets of this kind need native access to the host");
        }
        return found;
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        try {
            return channel.read(dst.duplicate());
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// Waits as long as it takes, since another mode of the channel would disturb who writes.
    @Override
    public int read(ByteBuffer dst, long patienceMillis) throws BlockException {
        return read(dst);
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        ByteBuffer[] left = new ByteBuffer[srcs.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = srcs[i].duplicate();
        }
        try {
            while (Scatter.remaining(left) > 0) {
                channel.write(left);
            }
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    /// The channel leaves its blocking mode meanwhile, so nobody may write.
    @Override
    public String peerName() {
        try {
            return channel.getRemoteAddress() instanceof InetSocketAddress peer
                    ? SocketAddresses.name(peer.getAddress(), peer.getPort())
                    : UNKNOWN;
        } catch (IOException _) {
            return UNKNOWN;
        }
    }

    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            return selector.select(Math.max(1, timeoutMillis)) > 0;
        } catch (IOException e) {
            throw HostErrors.from(e);
        } finally {
            block();
        }
    }

    private void block() throws BlockException {
        try {
            channel.configureBlocking(true);
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    @Override
    public void shutdownInput() {
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            // It is closed already.
            return;
        }
    }

    @Override
    public void shutdown() {
        close();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is left to be lost.
            return;
        }
    }
}
