package io.cairn.cli.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.Images;
import io.cairn.protocol.nbd.ClientHandshake;
import io.cairn.protocol.nbd.ExportInfo;
import io.cairn.protocol.nbd.NbdWire;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `-L`: what another server exports.
final class ListMode {
    /// The transmission flags by the names under which they are shown, from bit 1 up.
    private static final String[] FLAG_NAMES = {
        "readonly",
        "flush",
        "fua",
        "rotational",
        "trim",
        "zeroes",
        "df",
        "multi",
        "resize",
        "cache",
        "fast-zero",
        "block-status-payload"
    };

    private ListMode() {}

    static void run(NbdArguments line, Images images, Stdout out) throws ToolException {
        SocketEndpoint endpoint = line.endpoint();
        TlsCredentials tls =
                line.tlsCreds == null
                        ? null
                        : NamedObjects.credentials(images.graph(), line.tlsCreds, false);
        @Nullable String host = line.tlsHostname;
        if (host == null && endpoint instanceof SocketEndpoint.Inet inet) {
            host = inet.host();
        }
        List<ExportInfo> exports;
        try (HostSocket socket = connect(endpoint)) {
            exports = new ClientHandshake(socket, tls, host).list();
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
        if (line.listsAsJson) {
            out.println(Json.print(json(exports)));
        } else {
            print(exports, out);
        }
    }

    private static HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        try {
            return HostSocket.connect(endpoint);
        } catch (BlockException e) {
            boolean isPlain = e.getMessage().equals(e.errno().text());
            throw isPlain ? e.prefixed("Failed to connect to '" + endpoint + "'") : e;
        }
    }

    private static void print(List<ExportInfo> exports, Stdout out) {
        out.println("exports available: " + exports.size());
        for (ExportInfo export : exports) {
            out.println(" export: '" + export.name() + "'");
            if (!export.description().isEmpty()) {
                out.println("  description: " + export.description());
            }
            if (export.flags() != 0) {
                printDetails(export, out);
            }
            if (!export.contexts().isEmpty()) {
                out.println("  available meta contexts: " + export.contexts().size());
                for (String context : export.contexts()) {
                    out.println("   " + context);
                }
            }
        }
    }

    private static void printDetails(ExportInfo export, Stdout out) {
        out.println("  size:  " + export.length());
        StringBuilder flags = new StringBuilder("  flags: 0x");
        flags.append(Integer.toHexString(export.flags())).append(" (");
        for (String name : flagNames(export)) {
            flags.append(' ').append(name);
        }
        out.println(flags.append(" )").toString());
        if (export.minimumBlock() > 0) {
            out.println("  min block: " + export.minimumBlock());
            out.println("  opt block: " + export.preferredBlock());
            out.println("  max block: " + export.maximumBlock());
        }
    }

    private static List<String> flagNames(ExportInfo export) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < FLAG_NAMES.length; i++) {
            if (export.has(NbdWire.FLAG_READ_ONLY << i)) {
                names.add(FLAG_NAMES[i]);
            }
        }
        return names;
    }

    private static JsonValue json(List<ExportInfo> exports) {
        List<JsonValue> all = new ArrayList<>();
        for (ExportInfo export : exports) {
            JsonObject.Builder one = JsonObject.builder();
            one.put("name", new JsonString(export.name()));
            one.put("description", new JsonString(export.description()));
            one.put("size", JsonValue.of(export.length()));
            one.put("flags", texts(flagNames(export)));
            one.put("min-block", JsonValue.of((long) export.minimumBlock()));
            one.put("opt-block", JsonValue.of((long) export.preferredBlock()));
            one.put("max-block", JsonValue.of((long) export.maximumBlock()));
            one.put("meta-contexts", texts(export.contexts()));
            all.add(one.build());
        }
        return new JsonArray(all);
    }

    private static JsonArray texts(List<String> texts) {
        List<JsonValue> all = new ArrayList<>();
        for (String text : texts) {
            all.add(new JsonString(text));
        }
        return new JsonArray(all);
    }
}
