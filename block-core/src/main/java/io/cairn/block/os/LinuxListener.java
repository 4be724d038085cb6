package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.util.List;

/// A listening socket by its descriptor.
final class LinuxListener implements HostListener {
    private final CountedDescriptor descriptor;
    private final SocketEndpoint endpoint;

    private LinuxListener(int fd, SocketEndpoint endpoint) {
        descriptor = new CountedDescriptor(fd);
        this.endpoint = endpoint;
    }

    static LinuxListener open(SocketEndpoint endpoint, int backlog) throws BlockException {
        if (endpoint instanceof SocketEndpoint.Descriptor given) {
            SocketCalls.boundAddress(given.fd());
            return new LinuxListener(given.fd(), endpoint);
        }
        List<byte[]> addresses = SocketAddresses.of(endpoint, true);
        SocketNames.remove(endpoint);
        BlockException failure = null;
        for (byte[] address : addresses) {
            try {
                return open(endpoint, address, backlog);
            } catch (BlockException e) {
                failure = e;
            }
        }
        throw failure == null ? HostErrors.of(Errno.EINVAL) : failure;
    }

    private static LinuxListener open(SocketEndpoint endpoint, byte[] address, int backlog)
            throws BlockException {
        int family = SocketAddresses.family(address);
        int fd = SocketCalls.open(family);
        try {
            if (endpoint instanceof SocketEndpoint.Inet inet) {
                SocketCalls.setReuseAddress(fd);
                if (family == SocketCalls.AF_INET6) {
                    SocketCalls.setVersion6Only(fd, !inet.ipv4());
                }
            }
            SocketCalls.bind(fd, address);
            SocketCalls.listen(fd, backlog);
            return new LinuxListener(fd, bound(endpoint, fd));
        } catch (BlockException e) {
            LinuxCalls.close(fd);
            throw e;
        }
    }

    private static SocketEndpoint bound(SocketEndpoint endpoint, int fd) throws BlockException {
        return endpoint instanceof SocketEndpoint.Inet inet
                ? new SocketEndpoint.Inet(
                        inet.host(),
                        SocketAddresses.port(SocketCalls.boundAddress(fd)),
                        inet.ipv4(),
                        inet.ipv6(),
                        inet.keepAlive())
                : endpoint;
    }

    @Override
    public SocketEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public HostSocket accept() throws BlockException {
        int fd = descriptor.enter();
        int accepted;
        try {
            accepted = SocketCalls.accept(fd);
        } finally {
            descriptor.leave();
        }
        try {
            SocketCalls.setNoDelay(accepted);
            if (endpoint instanceof SocketEndpoint.Inet inet && inet.keepAlive()) {
                SocketCalls.setKeepAlive(accepted);
            }
            return new LinuxSocket(accepted);
        } catch (BlockException e) {
            LinuxCalls.close(accepted);
            throw e;
        }
    }

    @Override
    public void shutdown() {
        descriptor.shutdown();
    }

    @Override
    public void close() {
        if (descriptor.close()) {
            SocketNames.remove(endpoint);
        }
    }

    @Override
    public void abandon() {
        descriptor.close();
    }
}
