package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The filenames that lead to a server, as node options (NBD project, "The NBD Uniform Resource
/// Indicator (URI) format"; the older form is `nbd:HOST:PORT` or `nbd:unix:PATH`, with
/// `:exportname=NAME` behind it).
final class NbdFilename {
    private static final String OLD_EXPORT = ":exportname=";
    private static final String UNIX = "unix:";

    /// Stands for a host that is not there.
    private static final String NO_HOST = "no.host.invalid";

    private NbdFilename() {}

    static void parse(String filename, Options into) throws BlockException {
        for (String key : new String[] {"host", "port", "path"}) {
            if (into.contains(key)) {
                throw new InvalidOptionException(
                        "host/port/path and file names may not be specified at the same time");
            }
        }
        if (filename.contains("://")) {
            parseUri(filename, into);
        } else {
            parseOld(filename.substring(filename.indexOf(':') + 1), into);
        }
    }

    private static void parseUri(String filename, Options into) throws BlockException {
        URI uri = uri(filename);
        String scheme = Objects.requireNonNullElse(uri.getScheme(), "");
        String host = Objects.requireNonNullElse(uri.getHost(), NO_HOST);
        String path = decode(Objects.requireNonNullElse(uri.getRawPath(), ""));
        String socket = takeQuery(uri.getRawQuery(), into);
        if (path.length() > 1) {
            into.put("export", path.substring(1));
        }
        if (scheme.endsWith("+unix") != host.equals(NO_HOST)
                || scheme.endsWith("+unix") != (socket != null)
                || uri.getPort() > 65535) {
            throw invalid();
        }
        if (socket != null) {
            into.put("path", socket);
            return;
        }
        int port = uri.getPort() < 0 ? NbdWire.DEFAULT_PORT : uri.getPort();
        into.put("host", host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        into.put("port", Integer.toString(port));
    }

    /// The parts of the text; the JDK wants a host where the protocol does not.
    private static URI uri(String filename) throws BlockException {
        String text = filename;
        int authority = text.indexOf("://") + 3;
        boolean isHostless =
                authority == text.length() || "/?".indexOf(text.charAt(authority)) >= 0;
        if (isHostless) {
            text = text.substring(0, authority) + NO_HOST + text.substring(authority);
        }
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            InvalidOptionException failure = invalid();
            failure.initCause(e);
            throw failure;
        }
    }

    /// Takes what follows the question mark.
    ///
    /// @return the path of the socket, or null
    private static @Nullable String takeQuery(@Nullable String query, Options into)
            throws BlockException {
        @Nullable String socket = null;
        if (query == null) {
            return null;
        }
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String key = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : decode(parameter.substring(equals + 1));
            switch (key) {
                case "socket" -> socket = value;
                case "tls-hostname" -> into.put(key, value);
                default -> throw invalid();
            }
        }
        return socket;
    }

    private static InvalidOptionException invalid() {
        return new InvalidOptionException("No valid URL specified");
    }

    /// The text without percent signs.
    private static String decode(String text) throws BlockException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.put(bytes[i]);
                continue;
            }
            if (i + 2 >= bytes.length) {
                throw invalid();
            }
            int high = Character.digit(bytes[i + 1], 16);
            int low = Character.digit(bytes[i + 2], 16);
            if (high < 0 || low < 0) {
                throw invalid();
            }
            out.put((byte) (high << 4 | low));
            i += 2;
        }
        return NbdStream.decode(out.flip());
    }

    private static void parseOld(String address, Options into) throws BlockException {
        String server = address;
        int export = address.indexOf(OLD_EXPORT);
        if (export >= 0) {
            String name = address.substring(export + OLD_EXPORT.length());
            if (name.isEmpty()) {
                return;
            }
            into.put("export", name);
            server = address.substring(0, export);
        }
        if (server.isEmpty()) {
            return;
        }
        if (server.startsWith(UNIX)) {
            into.put("path", server.substring(UNIX.length()));
            return;
        }
        int end = server.startsWith("[") ? server.indexOf(']') + 1 : server.indexOf(':');
        if (end <= 0 || end >= server.length() || server.charAt(end) != ':') {
            throw new InvalidOptionException("error parsing address '" + server + "'");
        }
        String host = server.substring(0, end);
        into.put("host", host.startsWith("[") ? host.substring(1, end - 1) : host);
        into.put("port", server.substring(end + 1));
    }
}
