package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;

/// A listening socket through the JDK.
final class PortableListener implements HostListener {
    private final ServerSocketChannel channel;
    private final SocketEndpoint endpoint;

    private PortableListener(ServerSocketChannel channel, SocketEndpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
    }

    static PortableListener open(SocketEndpoint endpoint, int backlog) throws BlockException {
        SocketAddress address = PortableSocket.addresses(endpoint, true).getFirst();
        try {
            if (endpoint instanceof SocketEndpoint.Unix) {
                SocketNames.remove(endpoint);
                ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                channel.bind(address, backlog);
                return new PortableListener(channel, endpoint);
            }
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.bind(address, backlog);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            SocketEndpoint.Inet inet = (SocketEndpoint.Inet) endpoint;
            return new PortableListener(channel, SocketEndpoint.Inet.of(inet.host(), port));
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    @Override
    public SocketEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public HostSocket accept() throws BlockException {
        try {
            return new PortableSocket(channel.accept());
        } catch (IOException e) {
            BlockException closed = HostErrors.of(Errno.EINVAL);
            closed.initCause(e);
            throw closed;
        }
    }

    @Override
    public void shutdown() {
        try {
            channel.close();
        } catch (IOException e) {
            // It takes no connection any more either way.
            return;
        }
    }

    @Override
    public void close() {
        shutdown();
        SocketNames.remove(endpoint);
    }

    @Override
    public void abandon() {
        shutdown();
    }
}
