package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.OptionType;
import io.cairn.block.option.Options;
import io.cairn.block.os.SocketEndpoint;

import org.jspecify.annotations.Nullable;

/// What a client node is opened with (QMP reference manual, "BlockdevOptionsNbd").
///
/// @param export the export's name, or null where none was named
/// @param tlsCreds the id of credentials, or null
/// @param tlsHostname what the server's certificate must name, or null for the address's host
/// @param dirtyBitmap the metadata context that is asked instead of `base:allocation`, or null
/// @param reconnectSeconds how long requests wait for a lost server to come back
/// @param openSeconds how long opening waits for a server
/// @param connections over how many connections requests go where the server allows for several; an
///   addition to the manual
record NbdOptions(
        @Nullable String export,
        @Nullable String tlsCreds,
        @Nullable String tlsHostname,
        @Nullable String dirtyBitmap,
        long reconnectSeconds,
        long openSeconds,
        int connections) {
    private static final int MAX_CONNECTIONS = 16;

    static final OptionSchema<NbdOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("export", "Name of the NBD export to open"),
                            Option.string("tls-creds", "ID of the TLS credentials to use"),
                            Option.string(
                                    "tls-hostname",
                                    "Override hostname for validating TLS x509 certificate"),
                            Option.string(
                                    "x-dirty-bitmap",
                                    "experimental: expose named dirty bitmap in place of block"
                                            + " status"),
                            Option.of(
                                    "reconnect-delay",
                                    OptionType.UINT32,
                                    "seconds that requests wait for a reconnect before failing"),
                            Option.of(
                                    "open-timeout",
                                    OptionType.UINT32,
                                    "seconds that opening waits for the server"),
                            Option.of(
                                    "connections",
                                    OptionType.UINT32,
                                    "connections to a server that allows for several")),
                    NbdOptions::read);

    private static NbdOptions read(OptionReader in) throws InvalidOptionException {
        NbdOptions options =
                new NbdOptions(
                        in.string("export"),
                        in.string("tls-creds"),
                        in.string("tls-hostname"),
                        in.string("x-dirty-bitmap"),
                        in.number("reconnect-delay"),
                        in.number("open-timeout"),
                        connections(in));
        requireShort("export name", options.export());
        requireShort("x-dirty-bitmap", options.dirtyBitmap());
        return options;
    }

    private static int connections(OptionReader in) throws InvalidOptionException {
        long count = in.isSet("connections") ? in.number("connections") : 1;
        if (count < 1 || count > MAX_CONNECTIONS) {
            throw new InvalidOptionException(
                    "connections must be between 1 and " + MAX_CONNECTIONS);
        }
        return (int) count;
    }

    private static void requireShort(String what, @Nullable String text)
            throws InvalidOptionException {
        if (text != null && text.length() > NbdWire.MAX_STRING) {
            throw new InvalidOptionException(what + " too long to send to server");
        }
    }

    /// Takes where the server is, as `server.*`, or as `path` or `host` and `port`.
    static SocketEndpoint takeServer(Options options) throws BlockException {
        @Nullable String path = options.takeText("path");
        @Nullable String host = options.takeText("host");
        @Nullable String port = options.takeText("port");
        Options server = options.takeSub("server");
        if (path != null && host != null) {
            throw new InvalidOptionException("path and host may not be used at the same time");
        }
        if (path != null && port != null) {
            throw new InvalidOptionException("port may not be used without host");
        }
        if (!server.isEmpty()) {
            if (path != null || host != null || port != null) {
                throw new InvalidOptionException(
                        "Cannot use 'server' and path/host/port at the same time");
            }
            return SocketAddressOptions.take(server);
        }
        if (path != null) {
            return SocketEndpoint.Unix.of(path);
        }
        if (host == null) {
            throw new InvalidOptionException("NBD server address missing");
        }
        return SocketEndpoint.Inet.of(
                host,
                SocketAddressOptions.port(
                        host, port == null ? Integer.toString(NbdWire.DEFAULT_PORT) : port));
    }

    NbdOptions withoutTlsHostname() {
        return new NbdOptions(
                export, tlsCreds, null, dirtyBitmap, reconnectSeconds, openSeconds, connections);
    }

    static NbdOptions read(Options options) throws InvalidOptionException {
        return SCHEMA.read(options, Dialect.NODE);
    }
}
