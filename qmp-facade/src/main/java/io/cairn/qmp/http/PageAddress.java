package io.cairn.qmp.http;

import io.cairn.block.InvalidOptionException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Where the live page is served.
///
/// @param host a name or a numeric address
/// @param port 0 to 65535; 0 lets the host choose one
public record PageAddress(String host, int port) {
    /// Who may see the page if nobody says: this host.
    private static final String LOOPBACK = "127.0.0.1";

    private static final int MAX_PORT = 65535;

    /// Reads `PORT`, `HOST:PORT` or `[ADDRESS]:PORT`, where the host is this one if it is not
    /// given.
    public static PageAddress parse(String text) throws InvalidOptionException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        if (isBracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (isBracketed != host.contains(":")) {
            throw new InvalidOptionException("not an address: want PORT, HOST:PORT or [IPV6]:PORT");
        }
        return new PageAddress(host.isEmpty() ? LOOPBACK : host, port(text.substring(colon + 1)));
    }

    private static int port(String text) throws InvalidOptionException {
        boolean isNumber =
                !text.isEmpty()
                        && text.length() <= 5
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = isNumber ? Integer.parseInt(text) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw new InvalidOptionException("port '" + text + "' is not between 1 and 65535");
        }
        return port;
    }

    /// The address with its name looked up.
    InetSocketAddress resolve() throws InvalidOptionException {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException _) {
            throw new InvalidOptionException("unknown host '" + host + "'");
        }
    }

    /// How a browser is told of a port there.
    String url(int actualPort) {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + shown + ":" + actualPort + "/";
    }
}
