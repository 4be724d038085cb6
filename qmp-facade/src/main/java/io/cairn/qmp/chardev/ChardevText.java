package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.block.option.Sizes;
import io.cairn.qmp.address.Address;
import io.cairn.qmp.schema.Arguments;

import org.jspecify.annotations.Nullable;

/// The options of a device as `--chardev` writes them, all of them texts.
final class ChardevText {
    private final Options options;

    ChardevText(Options options) {
        this.options = options;
    }

    SocketOptions socket() throws BlockException {
        String path = options.takeText("path");
        String host = options.takeText("host");
        String fd = options.takeText("fd");
        JsonObject.Builder address = JsonObject.builder();
        if (path != null) {
            address.put("type", "unix").put("path", path);
            put(address, "abstract");
            put(address, "tight");
        } else if (host != null) {
            String port = options.takeText("port");
            if (port == null) {
                throw new InvalidOptionException("chardev: socket: no port given");
            }
            address.put("type", "inet").put("host", host).put("port", port);
            put(address, "ipv4");
            put(address, "ipv6");
            String to = options.takeText("to");
            if (to != null) {
                address.put("to", number("to", to));
            }
        } else {
            address.put("type", "fd").put("str", fd == null ? "" : fd);
            if (fd == null) {
                throw new InvalidOptionException("Unable to parse FD number ");
            }
        }
        boolean isServer = bool("server", false);
        boolean waits = isServer && bool("wait", true);
        String reconnect = options.takeText("reconnect");
        bool("nodelay", true);
        return new SocketOptions(
                Address.of(new Arguments(address.build())),
                isServer,
                waits,
                reconnect == null ? 0 : number("reconnect", reconnect),
                options.takeText("tls-creds"),
                options.takeText("tls-authz"));
    }

    /// Where a copy of the output is kept.
    ChardevLog log() throws InvalidOptionException {
        return new ChardevLog(options.takeText("logfile"), bool("logappend", false));
    }

    /// The size of a ring.
    long size(long absent) throws InvalidOptionException {
        String text = options.takeText("size");
        return text == null ? absent : Sizes.parseOption("size", text);
    }

    /// The file to which output goes.
    String path() throws InvalidOptionException {
        String path = options.takeText("path");
        if (path == null) {
            throw new InvalidOptionException("chardev: file: no filename given");
        }
        return path;
    }

    /// Whether what the file holds stays.
    boolean appends() throws InvalidOptionException {
        return bool("append", false);
    }

    private void put(JsonObject.Builder address, String name) throws InvalidOptionException {
        if (options.contains(name)) {
            address.put(name, bool(name, false));
        }
    }

    private boolean bool(String name, boolean absent) throws InvalidOptionException {
        @Nullable String text = options.takeText(name);
        if (text == null) {
            return absent;
        }
        return switch (text) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '" + name + "' expects 'on' or 'off'");
        };
    }

    private static long number(String name, String text) throws InvalidOptionException {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException _) {
            throw new InvalidOptionException("Parameter '" + name + "' expects a number");
        }
    }

    void requireEmpty() throws InvalidOptionException {
        for (String key : options.keys()) {
            throw new InvalidOptionException("Invalid parameter '" + key + "'");
        }
    }
}
