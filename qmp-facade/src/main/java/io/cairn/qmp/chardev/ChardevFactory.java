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
    public static final List<String> BACKENDS = List.of("null", "stdio", "socket");

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
    public void add(String text) throws BlockException {
        Options options = Keyval.parseOpts(text, "backend").toOptions();
        String id = options.takeText("id");
        if (id == null) {
            throw new InvalidOptionException("chardev: no id specified");
        }
        Keyval.checkIdentifier(id);
        String backend = options.takeText("backend");
        if (backend == null) {
            throw new InvalidOptionException("chardev: \"" + id + "\" missing backend");
        }
        ChardevText given = new ChardevText(options);
        switch (backend) {
            case "null" -> chardevs.add(id, NullChardev::new);
            case "stdio" -> chardevs.add(id, () -> standard(id));
            case "socket" -> {
                SocketOptions socket = given.socket();
                chardevs.add(id, () -> socket(id, socket));
            }
            default ->
                    throw new InvalidOptionException(
                            "'" + backend + "' is not a valid char driver name");
        }
        given.requireEmpty();
    }

    /// Makes a device from a checked `ChardevBackend`.
    public void add(String id, Arguments backend) throws BlockException {
        String type = backend.string("type");
        Arguments data = backend.object("data");
        switch (type) {
            case "null" -> chardevs.add(id, NullChardev::new);
            case "stdio" -> chardevs.add(id, () -> standard(id));
            case "socket" -> {
                SocketOptions options =
                        new SocketOptions(
                                Address.ofLegacy(data.object("addr")),
                                data.bool("server", true),
                                data.bool("wait", false),
                                data.integer("reconnect", 0),
                                data.findString("tls-creds"),
                                data.findString("tls-authz"));
                chardevs.add(id, () -> socket(id, options));
            }
            default ->
                    throw new InvalidOptionException(
                            "'" + type + "' is not a valid char driver name");
        }
    }

    private Chardev standard(String id) throws BlockException {
        ByteStream stream = standardStream;
        if (stream == null) {
            throw new InvalidOptionException("cannot use stdio with -daemonize");
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
