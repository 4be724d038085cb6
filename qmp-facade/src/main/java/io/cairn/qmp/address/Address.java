package io.cairn.qmp.address;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.NamedDescriptors;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.qmp.schema.Arguments;

/// Where a socket listens or connects to (QMP reference manual, "SocketAddress").
///
/// @param endpoint the first or only one
/// @param lastPort of a range of ports of TCP to listen on; 0 without a range
public record Address(SocketEndpoint endpoint, int lastPort) {
    /// A checked `SocketAddress`.
    public static Address of(Arguments in) throws BlockException {
        return of(in.string("type"), in);
    }

    /// A checked `SocketAddressLegacy`: the same with its members one level deeper.
    public static Address ofLegacy(Arguments in) throws BlockException {
        return of(in.string("type"), in.object("data"));
    }

    private static Address of(String type, Arguments in) throws BlockException {
        return switch (type) {
            case "inet" -> inet(in);
            case "unix" ->
                    new Address(
                            new SocketEndpoint.Unix(
                                    in.string("path"),
                                    in.bool("abstract", false),
                                    in.bool("tight", true)),
                            0);
            case "vsock" ->
                    new Address(SocketEndpoint.Vsock.parse(in.string("cid"), in.string("port")), 0);
            case "fd" -> new Address(NamedDescriptors.shared().socket(in.string("str")), 0);
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static Address inet(Arguments in) throws InvalidOptionException {
        Boolean asks4 = in.findBool("ipv4");
        Boolean asks6 = in.findBool("ipv6");
        boolean refuses4 = asks4 != null && !asks4;
        boolean refuses6 = asks6 != null && !asks6;
        if (refuses4 && refuses6) {
            throw new InvalidOptionException("Cannot disable IPv4 and IPv6 at same time");
        }
        boolean only4 = asks4 != null && asks4 && asks6 == null;
        boolean only6 = asks6 != null && asks6 && asks4 == null;
        return new Address(
                new SocketEndpoint.Inet(
                        in.string("host"),
                        port(in.string("host"), in.string("port")),
                        !refuses4 && !only6,
                        !refuses6 && !only4,
                        in.bool("keep-alive", false)),
                (int) in.integer("to", 0));
    }

    private static int port(String host, String text) throws InvalidOptionException {
        try {
            return Integer.parseInt(text) & 0xffff;
        } catch (NumberFormatException _) {
            throw new InvalidOptionException(
                    "address resolution failed for "
                            + host
                            + ":"
                            + text
                            + ": Servname not supported for ai_socktype");
        }
    }

    /// Listens there.
    public HostListener listen(int backlog) throws BlockException {
        SocketEndpoint tried = endpoint;
        while (true) {
            try {
                return HostListener.open(tried, backlog);
            } catch (BlockException e) {
                if (e.errno() == Errno.EADDRINUSE
                        && tried instanceof SocketEndpoint.Inet inet
                        && inet.port() < lastPort) {
                    tried =
                            new SocketEndpoint.Inet(
                                    inet.host(),
                                    inet.port() + 1,
                                    inet.ipv4(),
                                    inet.ipv6(),
                                    inet.keepAlive());
                    continue;
                }
                throw worded(
                        e,
                        switch (endpoint) {
                            case SocketEndpoint.Unix unix -> "Failed to bind socket to " + unix;
                            case SocketEndpoint.Vsock _ -> "Failed to bind socket";
                            case SocketEndpoint.Inet _, SocketEndpoint.Descriptor _ ->
                                    "Failed to find an available port";
                        });
            }
        }
    }

    /// Connects there.
    public HostSocket connect() throws BlockException {
        try {
            return HostSocket.connect(endpoint);
        } catch (BlockException e) {
            throw worded(e, "Failed to connect to '" + endpoint + "'");
        }
    }

    /// A failure of the host's alone gets words that say of what.
    private static BlockException worded(BlockException e, String what) {
        return e.getMessage().equals(e.errno().text()) ? e.prefixed(what) : e;
    }
}
