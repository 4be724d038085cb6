package io.cairn.cli.system;

import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

/// The argument of `-qmp`, `-monitor`, `-serial` and others: a character device by its address
/// alone.
final class DeviceName {
    private DeviceName() {}

    /// The text by which `-chardev` makes the device; null if there is to be none.
    ///
    /// @throws ToolException without a message where the peer says only what the device is for
    static @Nullable String chardev(String text, String id) throws ToolException {
        if (text.equals("none")) {
            return null;
        }
        if (text.equals("stdio") || text.equals("null") || text.equals("pty")) {
            return text + ",id=" + id;
        }
        if (text.equals("vc")) {
            return "null,id=" + id;
        }
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (kind) {
            case "unix" ->
                    "socket,id=" + id + "," + (rest.startsWith("path=") ? "" : "path=") + rest;
            case "tcp" -> {
                int port = rest.indexOf(':');
                if (port < 0) {
                    throw ToolException.of("");
                }
                yield "socket,id="
                        + id
                        + ",host="
                        + rest.substring(0, port)
                        + ",port="
                        + rest.substring(port + 1);
            }
            case "file" -> "file,id=" + id + ",path=" + rest;
            default -> throw ToolException.of("'" + text + "' is not a valid char driver");
        };
    }
}
