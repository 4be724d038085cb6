package io.cairn.cli.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostPath;
import io.cairn.block.os.OpenFlags;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Signals;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.daemon.Launcher;
import io.cairn.cli.image.Images;
import io.cairn.job.image.TemporaryOverlay;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Exports an image until the last client has left or a signal comes.
final class ServerRun {
    private final NbdArguments line;
    private final Messages messages;
    private final Images images;

    ServerRun(NbdArguments line, Messages messages, Images images) {
        this.line = line;
        this.messages = messages;
        this.images = images;
    }

    void run() throws ToolException {
        List<SocketEndpoint> given = HostListener.inherited();
        if (!given.isEmpty() && line.hasEndpoint()) {
            throw ToolException.of("Address options are incompatible with socket activation");
        }
        if (line.selinuxLabel != null) {
            throw ToolException.of("SELinux labels are not supported");
        }
        ServerOptions options = options();
        List<SocketEndpoint> endpoints = given.isEmpty() ? List.of(line.endpoint()) : given;
        try (BlockBackend image = open()) {
            NbdExport export = export(image);
            if (line.device != null) {
                throw ToolException.of(
                        HostPath.exists(line.device)
                                ? "The kernel's client for "
                                        .concat(line.device)
                                        .concat(" is not supported; connect it with nbd-client")
                                : "Failed to open "
                                        .concat(line.device)
                                        .concat(": No such file or directory"));
            }
            serve(options, endpoints, export);
        }
    }

    private ServerOptions options() throws ToolException {
        ServerOptions options =
                ServerOptions.DEFAULT
                        .withMaxConnections(line.shared)
                        .withHandshakeMillis(line.handshakeSeconds * 1000);
        if (line.isVerbose) {
            options = options.withLog(messages::error);
        }
        if (line.tlsCreds == null) {
            return options;
        }
        return options.withTls(
                NamedObjects.credentials(images.graph(), line.tlsCreds, true),
                NamedObjects.authorization(images.graph(), line.tlsAuthz));
    }

    private void serve(ServerOptions options, List<SocketEndpoint> endpoints, NbdExport export)
            throws ToolException {
        NbdServer server = new NbdServer(options);
        server.addExport(export);
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            Signals.onSignal(signal, server::stop);
        }
        try {
            for (SocketEndpoint endpoint : endpoints) {
                server.listen(listener(endpoint));
            }
            writePidFile();
            Launcher.release(line.isVerbose);
            if (line.isPersistent) {
                server.awaitStop();
            } else {
                server.awaitLastClient();
            }
        } finally {
            close(server);
        }
    }

    private HostListener listener(SocketEndpoint endpoint) throws ToolException {
        int backlog = line.shared == 0 ? 1024 : Math.min(line.shared, 1024);
        try {
            return HostListener.open(endpoint, backlog);
        } catch (BlockException e) {
            boolean isPlain = e.getMessage().equals(e.errno().text());
            String what =
                    switch (endpoint) {
                        case SocketEndpoint.Unix unix -> "Failed to bind socket to " + unix;
                        case SocketEndpoint.Inet _ ->
                                e.errno() == Errno.EADDRINUSE
                                        ? "Failed to find an available port"
                                        : "Failed to bind socket";
                        case SocketEndpoint.Vsock _, SocketEndpoint.Descriptor _ ->
                                "Failed to bind socket";
                    };
            throw isPlain ? ToolException.of(what, e) : ToolException.of(e);
        }
    }

    private static void close(NbdServer server) throws ToolException {
        try {
            server.close();
        } catch (BlockException e) {
            throw ToolException.of(e);
        }
    }

    private void writePidFile() throws ToolException {
        String path = line.pidFile;
        if (path == null) {
            return;
        }
        byte[] text = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocateDirect(text.length).put(text).flip();
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate().withTruncate();
        try (HostFile file = HostFile.open(path, flags)) {
            file.write(0, bytes);
        } catch (BlockException e) {
            throw ToolException.of("Could not create '" + path + "'", e);
        }
    }

    // ---- the image

    private BlockBackend open() throws ToolException {
        String name = line.operands.getFirst();
        if (line.snapshot != null) {
            throw ToolException.of("Failed to load snapshot: internal snapshots are not supported");
        }
        OpenRequest request = request(name);
        try {
            Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
            if (!line.isReadOnly) {
                needed = needed.plus(Permission.WRITE);
            }
            BlockBackend image =
                    line.isSnapshot
                            ? TemporaryOverlay.open(images.graph(), request, needed)
                            : images.graph().open(request, needed, Permissions.ALL);
            if (line.offset != null) {
                image = behindOffset(image, line.offset, needed);
            }
            image.setWriteThrough(line.cache().writeThrough());
            return image;
        } catch (BlockException e) {
            throw ToolException.of("Failed to blk_new_open '" + name + "'", e);
        }
    }

    private OpenRequest request(String name) {
        Options options = new Options();
        String filename = name;
        if (line.isOptions) {
            Keyval parsed = Keyval.parseOpts(name, "file");
            parsed.warnings().forEach(messages::warning);
            options = parsed.toNodeOptions();
            filename = null;
        } else if (line.format != null) {
            options.put("driver", line.format);
        }
        if (line.detectZeroes != null) {
            options.put("detect-zeroes", line.detectZeroes);
        }
        return new OpenRequest(filename, options, line.flags(), true);
    }

    /// The image below a node that leaves out its start.
    private BlockBackend behindOffset(BlockBackend image, String offset, Permissions needed)
            throws BlockException {
        try (image) {
            Options window =
                    new Options()
                            .put("driver", "raw")
                            .put("offset", offset)
                            .put("file", image.node().name());
            return images.graph()
                    .open(
                            new OpenRequest(null, window, line.flags(), true),
                            needed,
                            Permissions.ALL);
        }
    }

    private NbdExport export(BlockBackend image) throws ToolException {
        List<DirtyBitmap> bitmaps = new ArrayList<>();
        for (String name : line.bitmaps) {
            bitmaps.add(bitmap(image.node(), name));
        }
        return new NbdExport(
                line.exportName(),
                line.description == null ? "" : line.description,
                image,
                !line.isReadOnly,
                line.shared != 1,
                line.showsDepth,
                bitmaps);
    }

    /// The nearest bitmap of that name in a chain.
    private static DirtyBitmap bitmap(BlockNode top, String name) throws ToolException {
        for (BlockNode node = top; node != null; node = ChainStatus.below(node)) {
            Optional<DirtyBitmap> found = node.findBitmap(name);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw ToolException.of("Bitmap '" + name + "' is not found");
    }
}
