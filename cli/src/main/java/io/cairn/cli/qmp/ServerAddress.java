package io.cairn.cli.qmp;

import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.ToolException;

/// Where a server is, as the command line names it: `PATH`, `unix:PATH`, `HOST:PORT` or
/// `tcp:HOST:PORT`.
final class ServerAddress {
    private static final int MAX_PORT = 65535;

    private ServerAddress() {}

    /// A text with a slash, or without a colon, is a path; a numeric address of version 6 stands in
    /// brackets.
    static SocketEndpoint parse(String text) throws ToolException {
        if (text.startsWith("unix:")) {
            return unix(text.substring("unix:".length()));
        }
        if (text.startsWith("tcp:")) {
            return tcp(text.substring("tcp:".length()));
        }
        return text.indexOf('/') >= 0 || text.indexOf(':') < 0 ? unix(text) : tcp(text);
    }

    private static SocketEndpoint unix(String path) throws ToolException {
        if (path.isEmpty()) {
            throw ToolException.of("the path of the server's socket is empty");
        }
        return SocketEndpoint.Unix.of(path);
    }

    private static SocketEndpoint tcp(String text) throws ToolException {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return SocketEndpoint.Inet.of(host.isEmpty() ? "localhost" : host, port(port, text));
    }

    private static int port(String digits, String text) throws ToolException {
        int port;
        try {
            port = Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            port = 0;
        }
        if (port < 1 || port > MAX_PORT) {
            throw ToolException.of("'" + text + "' does not end in a port from 1 to 65535");
        }
        return port;
    }
}
