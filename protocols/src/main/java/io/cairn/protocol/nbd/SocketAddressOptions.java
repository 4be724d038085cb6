package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Options;
import io.cairn.block.os.NamedDescriptors;
import io.cairn.block.os.SocketEndpoint;

import org.jspecify.annotations.Nullable;

/// An address of a socket as options (QMP reference manual, "SocketAddress").
final class SocketAddressOptions {
    private SocketAddressOptions() {}

    /// Takes the address out of its options.
    static SocketEndpoint take(Options options) throws BlockException {
        String type = required(options, "type");
        SocketEndpoint endpoint =
                switch (type) {
                    case "inet" -> inet(options);
                    case "unix" ->
                            new SocketEndpoint.Unix(
                                    required(options, "path"),
                                    bool(options, "abstract", false),
                                    bool(options, "tight", true));
                    case "vsock" ->
                            SocketEndpoint.Vsock.parse(
                                    required(options, "cid"), required(options, "port"));
                    case "fd" -> NamedDescriptors.shared().socket(required(options, "str"));
                    default ->
                            throw new InvalidOptionException(
                                    "Parameter 'type' does not accept value '" + type + "'");
                };
        options.requireEmpty("server.");
        return endpoint;
    }

    private static SocketEndpoint inet(Options options) throws BlockException {
        String host = required(options, "host");
        String port = required(options, "port");
        // A range of ports is for those who listen, and how addresses are looked up is the JDK's.
        options.take("to");
        options.take("numeric");
        options.take("mptcp");
        boolean[] versions = versions(options);
        return new SocketEndpoint.Inet(
                host,
                port(host, port),
                versions[0],
                versions[1],
                bool(options, "keep-alive", false));
    }

    /// Whether addresses of version 4 and of version 6 are wanted; what is asked for alone shuts
    /// the other out.
    private static boolean[] versions(Options options) throws BlockException {
        boolean asks4 = options.contains("ipv4");
        boolean asks6 = options.contains("ipv6");
        boolean wants4 = bool(options, "ipv4", true);
        boolean wants6 = bool(options, "ipv6", true);
        if (!wants4 && !wants6) {
            throw new InvalidOptionException("Cannot disable IPv4 and IPv6 at same time");
        }
        boolean only4 = asks4 && wants4 && !asks6;
        boolean only6 = asks6 && wants6 && !asks4;
        return new boolean[] {wants4 && !only6, wants6 && !only4};
    }

    /// The number of a port of TCP.
    static int port(String host, String text) throws BlockException {
        try {
            return Integer.parseInt(text) & 0xffff;
        } catch (NumberFormatException e) {
            InvalidOptionException failure =
                    new InvalidOptionException(
                            "address resolution failed for "
                                    + host
                                    + ":"
                                    + text
                                    + ": Servname not supported for ai_socktype");
            failure.initCause(e);
            throw failure;
        }
    }

    private static String required(Options options, String key) throws BlockException {
        @Nullable String text = options.takeText(key);
        if (text == null) {
            throw new InvalidOptionException("Parameter '" + key + "' is missing");
        }
        return text;
    }

    private static boolean bool(Options options, String key, boolean otherwise)
            throws BlockException {
        @Nullable String text = options.takeText(key);
        if (text == null) {
            return otherwise;
        }
        return switch (text) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '" + key + "' expects 'on' or 'off'");
        };
    }
}
