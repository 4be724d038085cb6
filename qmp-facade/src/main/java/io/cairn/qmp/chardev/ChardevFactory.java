package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.qmp.address.Address;
import io.cairn.qmp.schema.Arguments;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Makes character devices as users ask for them.
public final class ChardevFactory {
    /// The kinds of devices that there are.
    public static final List<String> BACKENDS =
            List.of("pty", "ringbuf", "memory", "file", "null", "stdio", "socket");

    private final Chardevs chardevs;
    private final SecurityLookup security;
    private @Nullable ByteStream standardStream;

    /// Finds how connections are secured.
    @FunctionalInterface
    public interface SecurityLookup {
        /// @param creds the id of credentials, or null for none
        /// @param authz the id of an authorization, or null for none
        SocketChardev.Security find(@Nullable String creds, @Nullable String authz)
                throws BlockException;
    }

    public ChardevFactory(Chardevs chardevs, SecurityLookup security) {
        this.chardevs = chardevs;
        this.security = security;
    }

    /// Sets what the device `stdio` is on.
    public void setStandardStream(ByteStream stream) {
        standardStream = stream;
    }

    /// Makes a device from the text of `--chardev`.
    public Chardev add(String text) throws BlockException {
        Options options = Keyval.parseOpts(text, "backend").toOptions();
        String id = options.takeText("id");
        if (id == null) {
            throw new InvalidOptionException("chardev: no id specified");
        }
        Keyval.checkIdentifier(id);
        return chardevs.add(id, maker(id, options));
    }

    /// Makes a device from such a text, whose id does not matter, in the place of another.
    public Chardev change(String id, String text) throws BlockException {
        Options options = Keyval.parseOpts(text, "backend").toOptions();
        options.takeText("id");
        return chardevs.change(id, maker(id, options));
    }

    private Chardevs.Maker maker(String id, Options options) throws BlockException {
        String backend = options.takeText("backend");
        if (backend == null) {
            throw new InvalidOptionException("chardev: \"" + id + "\" missing backend");
        }
        ChardevText given = new ChardevText(options);
        ChardevLog log = given.log();
        LoggedDevice.Maker maker =
                switch (backend) {
                    case "null" -> NullChardev::new;
                    case "stdio" -> () -> standard(id);
                    case "pty" -> () -> PtyChardev.open(id);
                    case "socket" -> {
                        SocketOptions socket = given.socket();
                        yield () -> socket(id, socket);
                    }
                    case "ringbuf", "memory" -> {
                        long size = given.size(RingBuffer.STANDARD_SIZE);
                        yield () -> RingBuffer.of(backend, size);
                    }
                    case "file" -> {
                        String path = given.path();
                        boolean appends = given.appends();
                        yield () -> FileChardev.open(path, appends);
                    }
                    default ->
                            throw new InvalidOptionException(
                                    "'" + backend + "' is not a valid char driver name");
                };
        given.requireEmpty();
        return () -> LoggedDevice.make(log, maker);
    }

    /// Makes a device from a checked `ChardevBackend`.
    public Chardev add(String id, Arguments backend) throws BlockException {
        return chardevs.add(id, maker(id, backend));
    }

    /// Puts such a device in the place of another.
    public Chardev change(String id, Arguments backend) throws BlockException {
        return chardevs.change(id, maker(id, backend));
    }

    /// Whatever goes wrong is told with the device's name.
    private Chardevs.Maker maker(String id, Arguments backend) {
        Arguments data = backend.object("data");
        ChardevLog log = new ChardevLog(data.findString("logfile"), data.bool("logappend", false));
        return () -> {
            try {
                return LoggedDevice.make(log, () -> make(id, backend.string("type"), data));
            } catch (BlockException e) {
                throw e.prefixed("Failed to add chardev '" + id + "'");
            }
        };
    }

    private Chardev make(String id, String type, Arguments data) throws BlockException {
        return switch (type) {
            case "null" -> new NullChardev();
            case "stdio" -> standard(id);
            case "pty" -> PtyChardev.open(id);
            case "socket" -> {
                refuse(data, "telnet", "tn3270", "websocket");
                yield socket(
                        id,
                        new SocketOptions(
                                Address.ofLegacy(data.object("addr")),
                                data.bool("server", true),
                                data.bool("wait", false),
                                data.integer("reconnect", 0),
                                data.findString("tls-creds"),
                                data.findString("tls-authz")));
            }
            case "ringbuf", "memory" ->
                    RingBuffer.of(type, data.integer("size", RingBuffer.STANDARD_SIZE));
            case "file" -> {
                if (data.findString("in") != null) {
                    throw new InvalidOptionException("a file for input is not supported");
                }
                yield FileChardev.open(data.string("out"), data.bool("append", false));
            }
            default ->
                    throw new InvalidOptionException(
                            "'" + type + "' is not a valid char driver name");
        };
    }

    /// Protocols over a socket that there are not.
    private static void refuse(Arguments data, String... protocols) throws BlockException {
        for (String protocol : protocols) {
            if (data.bool(protocol, false)) {
                throw new InvalidOptionException("'" + protocol + "' is not supported");
            }
        }
    }

    private Chardev standard(String id) throws BlockException {
        ByteStream stream = standardStream;
        if (stream == null) {
            throw new InvalidOptionException("cannot use stdio with -daemonize");
        }
        if (chardevs.standardStream().isPresent()) {
            throw new InvalidOptionException("cannot use stdio by multiple character devices");
        }
        return new StreamChardev(id, "stdio", stream);
    }

    private Chardev socket(String id, SocketOptions options) throws BlockException {
        if (options.address().endpoint() instanceof SocketEndpoint.Descriptor
                && options.reconnectSeconds() > 0) {
            throw new InvalidOptionException("'reconnect' option is incompatible with 'fd'");
        }
        return SocketChardev.open(
                id, options, security.find(options.tlsCreds(), options.tlsAuthz()));
    }
}
